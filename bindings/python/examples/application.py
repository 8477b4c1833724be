"""An application that checks its license and has a pool of its own."""

import sys
from pathlib import Path

import keywright

# Printed by `keywright keys embed --form pem`.
KEYS = """\
-----BEGIN KEYWRIGHT KEYS-----
Zm9ybWF0OiAxCnZlbmRvcjogIkV4YW1wbGVfVmVuZG9yIgp2ZXJzaW9uOiAwCmlz
c3VlZDogMjAyNi0wMS0wMQpleHBpcmVzOiAyMDM1LTEyLTMxCmtleXM6CiAgLSB2
ZW5kb3I6ICJFeGFtcGxlX1ZlbmRvciIKICAgIGlkOiAiNzgzZDExNGU2YjRjOGEz
NyIKICAgIHB1YmxpYzogInhMTHpqbnZiWnhWd093RXFONDNJVE14RGtsbks2UDdH
c0lSV0FUcVpva0U9IgogICAgdXNhZ2U6IHByb2R1Y3Rpb24KICAgIG5vdC1iZWZv
cmU6IDIwMjYtMDEtMDEKICAgIG5vdC1hZnRlcjogMjAzNS0xMi0zMQogICAgc3Rh
dGU6IGFjdGl2ZQo=
-----END KEYWRIGHT KEYS-----
"""


def main() -> int:
    license = keywright.verify(KEYS, [Path(sys.argv[1]).read_bytes()])
    for block in license.files[0].blocks:
        print(f"line {block.line}: {block.feature}: {block.verdict}")
    session = license.session()
    renderers = []
    try:
        while True:
            renderers.append(session.checkout("Render"))
    except keywright.Denied as denied:
        print(f"{len(renderers)} renderers run; the next one: {denied.code}")
    for checkout in renderers:
        session.checkin(checkout)
    print(f"Studio: {session.available('Studio')} available")
    return 0


if __name__ == "__main__":
    sys.exit(main())
