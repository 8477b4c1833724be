#!/usr/bin/env python3
"""A minimal signing program for `keywright sign --signer`.

    keywright sign license.lic --key-id ID --signer ./examples/reference-signer.py --signer-arg KEY.pem --in-place

Protocol: keywright starts the program once for each signature, with the given arguments and without a shell. The program
reads the message (95 bytes for a block) from standard input to the end, writes the 64 bytes of the Ed25519 signature to
standard output, and exits with code 0. Another exit code, another length or a timeout is a failure; keywright then shows
the program's standard error. keywright verifies every signature with the key in the trust store before using it.

This program calls OpenSSL, which needs the message in a file. A signer for a security module would call that module
instead.
"""
import subprocess
import sys
import tempfile

if len(sys.argv) != 2:
    sys.exit("usage: reference-signer.py KEY.pem < message > signature")
message = sys.stdin.buffer.read()
with tempfile.NamedTemporaryFile() as file:
    file.write(message)
    file.flush()
    command = ["openssl", "pkeyutl", "-sign", "-inkey", sys.argv[1], "-rawin", "-in", file.name]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
if done.returncode != 0 or len(done.stdout) != 64:
    sys.exit("openssl did not return a signature")
sys.stdout.buffer.write(done.stdout)
