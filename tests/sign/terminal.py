"""Runs a command on a pseudo-terminal and copies its output to standard output: terminal.py PROGRAM ARGUMENT…

Standard input is typed on the pseudo-terminal.
"""
import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
typed = sys.stdin.buffer.read()
if typed:
    os.write(terminal, typed)
output = b""
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    output += chunk
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(output)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status))
