"""Types at a program on a pseudo-terminal and copies what it printed there to standard output: prompt.py PROGRAM ARGUMENT…

Each line of standard input is typed when a prompt has come, with Python's escapes: `\\t` is the tab key, `\\x03` Ctrl-C.
"""
import os
import pty
import select
import sys
import time

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
output = b""


def read_until(done, patience):
    """Reads until what is new is enough, the program ends, or it says no more for a while."""
    global output
    begin, end = len(output), time.monotonic() + patience
    while time.monotonic() < end and not done(output[begin:]):
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            return
        if not chunk:
            return
        output += chunk


for line in sys.stdin.read().splitlines():
    read_until(lambda new: b"> " in new, 10)
    for key in line.encode().decode("unicode_escape"):
        os.write(terminal, key.encode())
        time.sleep(0.02)
read_until(lambda new: False, 5)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(output)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status))
