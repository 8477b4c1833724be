/** An application that checks its license and has a pool of its own. */

import { readFile } from "node:fs/promises";

import { Application, Denied, init } from "keywright";

// Printed by `keywright keys embed --form pem`.
const KEYS = `\
-----BEGIN KEYWRIGHT KEYS-----
Zm9ybWF0OiAxCnZlbmRvcjogIkV4YW1wbGVfVmVuZG9yIgp2ZXJzaW9uOiAwCmlz
c3VlZDogMjAyNi0wMS0wMQpleHBpcmVzOiAyMDM1LTEyLTMxCmtleXM6CiAgLSB2
ZW5kb3I6ICJFeGFtcGxlX1ZlbmRvciIKICAgIGlkOiAiNzgzZDExNGU2YjRjOGEz
NyIKICAgIHB1YmxpYzogInhMTHpqbnZiWnhWd093RXFONDNJVE14RGtsbks2UDdH
c0lSV0FUcVpva0U9IgogICAgdXNhZ2U6IHByb2R1Y3Rpb24KICAgIG5vdC1iZWZv
cmU6IDIwMjYtMDEtMDEKICAgIG5vdC1hZnRlcjogMjAzNS0xMi0zMQogICAgc3Rh
dGU6IGFjdGl2ZQo=
-----END KEYWRIGHT KEYS-----
`;

await init();
const application = new Application(KEYS);
const license = application.check([await readFile(process.argv[2])]);
for (const block of license.files[0].blocks) console.log(`line ${block.line}: ${block.feature}: ${block.verdict}`);
const session = license.session();
const renderers = [];
try {
  for (;;) renderers.push(session.checkout("Render"));
} catch (error) {
  if (!(error instanceof Denied)) throw error;
  console.log(`${renderers.length} renderers run; the next one: ${error.code}`);
}
for (const checkout of renderers) session.checkin(checkout);
console.log(`Studio: ${session.available("Studio").number} available`);
