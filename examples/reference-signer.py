#!/usr/bin/env python3
"""A signer for `keywright sign --signer`, as plain as it can be.

    keywright sign license.lic --key-id ID --signer ./examples/reference-signer.py --signer-arg KEY.pem --in-place

The protocol: the program is started once for every signature, with the arguments given and no shell. It reads the message
(95 bytes for a block) to the end of its standard input, writes the 64 bytes of the Ed25519 signature to its standard
output, and ends with code 0. Anything else is a failure: another code, another length, no answer in time. What it writes to
standard error is shown if it fails. Its signature is verified with the key of the trust store before it is used.

This one asks OpenSSL, which needs the message in a file. A signer for a security module would call that instead.
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
    sys.exit("openssl gave no signature")
sys.stdout.buffer.write(done.stdout)
