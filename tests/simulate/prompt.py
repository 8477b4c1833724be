"""Runs a program on a pseudo-terminal, types lines and prints its output: prompt.py PROGRAM ARGUMENT…

Each line of standard input is typed after the next prompt, with Python escapes: `\\t` is the tab key, `\\x03` Ctrl-C.
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
    """Reads until `done` accepts the new output, the program ends, or `patience` seconds have passed."""
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
