#!/usr/bin/env python3
"""Writes feature-1.json: known answers for payloads, messages and KEYs.

Shares no code with the crate: Ed25519 is written out here after RFC 8032, section 5.1.
"""
import base64
import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, p)
        p, n = add(p, p), n >> 1
    return result


def base():
    y = 4 * pow(5, P - 2, P) % P
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x & 1:
        x = P - x
    return x, y, 1, x * y % P


def compress(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little")
    return (a & (1 << 254) - 8) | 1 << 254, h[32:]


def public(seed):
    return compress(times(expand(seed)[0], base()))


def sign(seed, message):
    a, prefix = expand(seed)
    key = public(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    big_r = compress(times(r, base()))
    h = int.from_bytes(hashlib.sha512(big_r + key + message).digest(), "little") % L
    return big_r + ((r + h * a) % L).to_bytes(32, "little")


def payload(name, directives):
    kept = sorted((d for d in directives if d[0] != "KEY"), key=lambda d: d[0].encode())
    records = [("FEATURE", name)] + [tuple(d) for d in kept]
    out = b"keywright-feature 1\n%d\n" % len(records)
    for key, value in records:
        data = value.encode()
        out += key.encode() + b" %d " % len(data) + data + b"\n"
    return out


CASES = [
    ("smallest", "a", [["VENDOR", "b"]]),
    (
        "token",
        "MyDraw",
        [
            ["VENDOR", "ABC_Software"],
            ["KEYTYPE", "TOKEN"],
            ["VERSION", "1.0"],
            ["TOKEN_DEPENDENCY", "FEATURE=MySolutions VERSION=1.0 COUNT=5"],
        ],
    ),
    (
        "repeated directives keep their order",
        "Suite",
        [
            ["TOKEN_DEPENDENCY", "FEATURE=B VERSION=1.0 COUNT=2"],
            ["KEYTYPE", "TOKEN"],
            ["TOKEN_DEPENDENCY", "FEATURE=A VERSION=1.0 COUNT=1"],
            ["VENDOR", "ABC_Software"],
        ],
    ),
    (
        "text beyond ASCII and of no length",
        "MySolutions",
        [
            ["VENDOR", "ABC_Software"],
            ["KEYTYPE", "EXCLUSIVE"],
            ["VERSION", "1.10"],
            ["COUNT", "20"],
            ["START", "2026-01-01"],
            ["END", "2027-12-31"],
            ["ISSUED", "2026-01-15"],
            ["LICENSEE", "Bäckerei Çelik & Söhne, 東京"],
            ["COMMENT", ""],
            ["SN", "2026-000123"],
        ],
    ),
]

vectors = []
for number, (title, name, directives) in enumerate(CASES):
    seed = hashlib.sha256(b"keywright vector %d" % number).digest()
    key = public(seed)
    key_id = hashlib.sha256(b"keywright-key-id 1\n\x01" + key).digest()[:8]
    header = b"\x01\x01\x00" + key_id
    data = payload(name, directives)
    digest = hashlib.sha512(data).digest()
    message = b"\x13keywright/feature/1" + header + digest
    vectors.append(
        {
            "title": title,
            "seed": seed.hex(),
            "public_key": key.hex(),
            "key_id": key_id.hex(),
            "feature": name,
            "directives": directives,
            "payload": data.decode(),
            "digest": digest.hex(),
            "message": message.hex(),
            "key": base64.b64encode(header + sign(seed, message)).decode(),
        }
    )

# RFC 8032, section 7.1, test 2.
assert public(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")).hex() == (
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
)
with open("feature-1.json", "w", encoding="utf-8") as file:
    json.dump(vectors, file, indent=2, ensure_ascii=False)
    file.write("\n")
