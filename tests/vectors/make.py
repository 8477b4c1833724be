#!/usr/bin/env python3
"""Writes feature-1.json, license-1.json and revocation-1.json: known answers for payloads, messages, KEYs and verdicts.

Shares no code with the crate: Ed25519 is written out here after RFC 8032, section 5.1.
"""
import base64
import hashlib
import json

from reader import Refused, blocks, payload

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


# License files with their verdicts.

US, THEM = "ABC_Software", "Other_Vendor"
NAMES = ["active", "standby", "retired", "compromised", "development", "other vendor", "not in the store", "short"]
SEEDS = {name: hashlib.sha256(b"keywright license vector " + name.encode()).digest() for name in NAMES}
PUBLIC = {name: public(seed) for name, seed in SEEDS.items()}


def id_of(name):
    return hashlib.sha256(b"keywright-key-id 1\n\x01" + PUBLIC[name]).digest()[:8]


def trusted(name, vendor=US, usage="production", state="active", since=None, until="2030-12-31"):
    entry = {
        "name": name,
        "vendor": vendor,
        "id": id_of(name).hex(),
        "public_key": PUBLIC[name].hex(),
        "usage": usage,
        "not_before": "2026-01-01",
        "not_after": until,
        "state": state,
    }
    return entry | ({"since": since} if since else {})


TRUST = [
    trusted("active"),
    trusted("standby", state="standby"),
    trusted("retired", state="retired", since="2026-06-30"),
    trusted("compromised", state="compromised", since="2026-06-30"),
    trusted("development", usage="development"),
    trusted("other vendor", vendor=THEM),
    trusted("short", until="2026-03-31"),
]


def signed_message(header, data, domain=b"keywright/feature/1"):
    return bytes([len(domain)]) + domain + header + hashlib.sha512(data).digest()


def raw_key(name, feature, directives, header=None, domain=b"keywright/feature/1"):
    header = header or b"\x01\x01\x00" + id_of(name)
    return header + sign(SEEDS[name], signed_message(header, payload(feature, directives), domain))


def key_of(name, feature, directives, **more):
    return base64.b64encode(raw_key(name, feature, directives, **more)).decode()


def bare(value):
    return value != "" and not any(c in value for c in ' "#{}') and value.isascii()


def line(directive):
    name, value = directive
    return f"  {name}={value}" if bare(value) else f'  {name}="{value}"'


def block(feature, directives, key="active", text=None):
    """The text of a block, with the KEY of a key, or with a KEY as given."""
    directives = [list(d) for d in directives]
    text = key_of(key, feature, directives) if text is None else text
    lines = [line(d) for d in directives] + ([f"  KEY={text}"] if text else [])
    return "FEATURE %s\n{\n%s\n}\n" % (feature, "\n".join(lines))


POOL = [["VENDOR", US], ["KEYTYPE", "EXCLUSIVE"], ["VERSION", "1.10"], ["COUNT", "20"], ["SN", "S-1"], ["ISSUED", "2026-02-01"]]
TOKEN = [
    ["VENDOR", US],
    ["KEYTYPE", "TOKEN"],
    ["VERSION", "1.0"],
    ["SN", "S-1"],
    ["TOKEN_DEPENDENCY", "FEATURE=MySolutions VERSION=1.0 COUNT=5"],
    ["TOKEN_DEPENDENCY", "FEATURE=Other VERSION=2.1 COUNT=1"],
]
TEXTS = [["VENDOR", US], ["KEYTYPE", "ADDITIVE"], ["COUNT", "UNLIMITED"], ["LICENSEE", "Bäckerei Çelik & Söhne"], ["COMMENT", ""]]
DATED = [["VENDOR", US], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"], ["START", "2026-03-01"], ["END", "2026-03-31"]]
WORST = {"MALFORMED": 4, "UNSUPPORTED": 4, "NOT-YET": 1, "EXPIRED": 1, "VALID": 0}
OUTCOMES = ["VALID", "NOT-NOW", "POLICY", "NOT-VALID", "UNREADABLE"]
cases = []


def known(text):
    """Returns the content of each block of a text, including the signed bytes; None if the text cannot be parsed."""
    try:
        found = blocks(text)
    except Refused:
        return None
    answers = []
    for name, directives in found:
        data = payload(name, directives)
        key = next(("".join(value.split()) for directive, value in directives if directive == "KEY"), None)
        answer = {"feature": name, "payload": data.decode(), "digest": hashlib.sha512(data).hexdigest(), "key": key}
        try:
            raw = base64.b64decode(key or "", validate=True)
        except ValueError:
            raw = b""
        header = raw[:11] if len(raw) == 75 and raw[:3] == b"\x01\x01\x00" else None
        signer = next((n for n in NAMES if header and id_of(n) == header[3:]), None)
        answer["public_key"] = PUBLIC[signer].hex() if signer else None
        answer["message"] = signed_message(header, data).hex() if header else None
        answers.append(answer)
    return answers


def case(title, text, verdicts, at="2026-03-15", policy=False, of=None, withdrawn=None):
    verdicts = verdicts.split() if isinstance(verdicts, str) else verdicts
    # Nothing signed is never a success.
    worst = max([WORST.get(v, 3) for v in verdicts] + [2 if policy else 0]) if verdicts else 3
    entry = {"title": title, "text": text, "at": at, "verdicts": verdicts, "file": OUTCOMES[worst], "blocks": known(text)}
    if withdrawn:
        entry["withdrawn"] = withdrawn
    if of:
        name, directives, key = of
        one = entry["blocks"][0]
        assert one["payload"] == payload(name, directives).decode() and one["key"] == key_of(key, name, directives), title
    cases.append(entry)


def change(title, base, old, new, verdict):
    assert base.count(old) >= 1, (title, old)
    case(title, base.replace(old, new, 1), verdict)


pool, token, texts = block("MySolutions", POOL), block("MyDraw", TOKEN), block("Ünlimited".replace("Ü", "U"), TEXTS)
POOL_KEY = key_of("active", "MySolutions", POOL)

# Licenses that must verify.
case("a pool", pool, "VALID", of=("MySolutions", POOL, "active"))
case("a token", token, "VALID", of=("MyDraw", TOKEN, "active"))
case("text beyond ASCII, and of no length", texts, "VALID", of=("Unlimited", TEXTS, "active"))
case("several blocks", pool + token, "VALID VALID")
case("another order of blocks", token + pool, "VALID VALID")
case("comments, blanks and tabs", "# head\n\n" + pool.replace("{", "{\t# open").replace("  COUNT", "\t \tCOUNT") + "# end", "VALID")
case("CRLF", pool.replace("\n", "\r\n"), "VALID")
case("a byte order mark", "\ufeff" + pool, "VALID")
case("one line", " ".join(pool.split()), "VALID")
case("another order of directives", block("MySolutions", POOL[::-1], text=POOL_KEY), "VALID")
case("blanks round =", pool.replace("COUNT=20", "COUNT \t= 20"), "VALID")
case("quotes round a value", pool.replace("COUNT=20", 'COUNT="20"'), "VALID")
case("blanks inside quotes", token.replace("VERSION=1.0 COUNT=5", "  VERSION=1.0\t COUNT=5 "), "VALID")
case("a string that mail wrapped", token.replace("MySolutions VERSION=1.0", "MySolutions\n    VERSION=1.0"), "VALID")
wrapped = '"%s\n    %s\r\n %s"' % (POOL_KEY[:40], POOL_KEY[40:80], POOL_KEY[80:])
case("a KEY that mail wrapped", pool.replace(POOL_KEY, wrapped), "VALID")
case("the same block three times", pool + token + pool + pool, "VALID VALID VALID VALID")
case("signed with a standby key", block("a", DATED, "standby"), "VALID", of=("a", DATED, "standby"))
old = [["VENDOR", US], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"], ["ISSUED", "2026-06-30"]]
case("signed with a retired key on its last day", block("a", old, "retired"), "VALID", at="2026-07-01", of=("a", old, "retired"))
edge = [["VENDOR", US], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"], ["ISSUED", "2026-03-31"]]
case("issued on the last day of its key", block("a", edge, "short"), "VALID", at="2026-03-31", of=("a", edge, "short"))
case("issued one day after the day that is asked about", block("a", edge, "short"), "VALID", at="2026-03-30")
case("issued two days after the day that is asked about", block("a", edge, "short"), "NOT-YET", at="2026-03-29")
case("judged long after its key could sign", block("a", edge, "short"), "VALID", at="2035-01-01")
case("of another vendor, with that vendor's key", block("a", [["VENDOR", THEM], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"]], "other vendor"), "VALID")
case("first day", block("a", DATED), "VALID", at="2026-03-01", of=("a", DATED, "active"))
case("last day", block("a", DATED), "VALID", at="2026-03-31")
for title, directives in [
    ("a local block", [["VENDOR", US]]),
    ("a METERED block", [["VENDOR", US], ["KEYTYPE", "METERED"], ["COUNT", "1000"]]),
    ("an ACTIVATION block", [["VENDOR", US], ["KEYTYPE", "ACTIVATION"], ["COUNT", "3"]]),
    ("the longest name and count", [["VENDOR", "v" * 64], ["KEYTYPE", "ADDITIVE"], ["COUNT", "2147483647"]]),
    ("versions in two directives", [["VENDOR", US], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"], ["MAJOR_VERSION", "3"], ["MINOR_VERSION", "0"]]),
    ("host ids in their order", [["VENDOR", US], ["HOSTID", "ETHERNET=2"], ["HOSTID", "ETHERNET=1"], ["HOSTID_MATCH_RATE", "50"]]),
    ("hidden brace, hash and equals in quotes", [["VENDOR", US], ["COMMENT", "a } # { = b"]]),
]:
    ok = directives[0][1] == US
    case(title, block("a", directives), "VALID" if ok else "NOT-FOR-VENDOR", of=("a", directives, "active") if ok else None)

# Changes after signing.
for title, old, new in [
    ("a larger count", "COUNT=20", "COUNT=90"),
    ("a count without limit", "COUNT=20", "COUNT=UNLIMITED"),
    ("a newer version", "VERSION=1.10", "VERSION=1.11"),
    ("a version that is equal as a number", "VERSION=1.10", "VERSION=1.1"),
    ("another kind", "KEYTYPE=EXCLUSIVE", "KEYTYPE=ADDITIVE"),
    ("another name", "FEATURE MySolutions", "FEATURE MySolution5"),
    ("another case of a name", "FEATURE MySolutions", "FEATURE mysolutions"),
    ("another SN", "SN=S-1", "SN=S-2"),
    ("another case of an SN", "SN=S-1", "SN=s-1"),
    ("another day of issue", "ISSUED=2026-02-01", "ISSUED=2026-02-02"),
    ("no version, which would be 1.0", "  VERSION=1.10\n", ""),
    ("no SN", "  SN=S-1\n", ""),
    ("no day of issue", "  ISSUED=2026-02-01\n", ""),
    ("an end that was not signed", "SN=S-1", "SN=S-1 END=2099-12-31"),
    ("a comment directive that was not signed", "SN=S-1", 'SN=S-1 COMMENT="x"'),
    ("an empty text that was not signed", "SN=S-1", 'SN=S-1 DATA=""'),
]:
    change("changed: " + title, pool, old, new, "INVALID")
for title, old, new in [
    ("a cheaper dependency", "COUNT=5", "COUNT=1"),
    ("a dependency on something else", "FEATURE=MySolutions", "FEATURE=MySolution5"),
    ("an older dependency", "VERSION=2.1", "VERSION=2.0"),
]:
    change("changed: " + title, token, old, new, "INVALID")
deps = [l for l in token.split("\n") if "DEPENDENCY" in l]
case("changed: the order of dependencies", token.replace("\n".join(deps), "\n".join(deps[::-1])), "INVALID")
case("changed: a dependency less", token.replace(deps[1] + "\n", ""), "INVALID")
case("changed: a dependency twice", token.replace(deps[1], deps[1] + "\n" + deps[1]), "INVALID")
change("changed: a letter of the text", texts, "Çelik", "Celik", "INVALID")
change("changed: composed to decomposed", texts, "Ç", "C\u0327", "INVALID")
change("changed: a folded dash", texts, "&", "+", "INVALID")
case("exchanged KEYs", pool.replace(POOL_KEY, key_of("active", "MyDraw", TOKEN)) + token, "INVALID VALID")

# The KEY itself.
raw = raw_key("active", "MySolutions", POOL)


def with_raw(data):
    return pool.replace(POOL_KEY, base64.b64encode(data).decode())


for at in (11, 42, 43, 74):
    case(f"a flipped bit in byte {at} of the KEY", with_raw(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]), "INVALID")
s = int.from_bytes(raw[43:], "little") + L
case("S plus the order of the group", with_raw(raw[:43] + s.to_bytes(32, "little")), "INVALID")
case("a signature of zeros", with_raw(raw[:11] + bytes(64)), "INVALID")
case("R of small order, S zero", with_raw(raw[:11] + b"\x01" + bytes(63)), "INVALID")
case("R that is no point", with_raw(raw[:11] + b"\x02" + bytes(31) + raw[43:]), "INVALID")
case("the key id of another key", with_raw(raw[:3] + id_of("standby") + raw[11:]), "INVALID")
case("a key id that nobody has", with_raw(raw[:3] + bytes(8) + raw[11:]), "UNKNOWN-KEY")
for title, at, value in [
    ("version 0", 0, 0), ("version 2", 0, 2), ("version 255", 0, 255), ("algorithm 0", 1, 0), ("algorithm 2", 1, 2),
    ("algorithm 254", 1, 254), ("flag 1", 2, 1), ("flag 128", 2, 128),
]:
    case("KEY of " + title, with_raw(raw[:at] + bytes([value]) + raw[at + 1 :]), "UNSUPPORTED")
for domain in ("keywright/trust/1", "keywright/revocation/1", "keywright/log/1", "keywright/approval/1", "keywright/feature/2"):
    forged = base64.b64encode(raw_key("active", "MySolutions", POOL, domain=domain.encode())).decode()
    case("signed as " + domain, pool.replace(POOL_KEY, forged), "INVALID")
bare_signature = base64.b64encode(raw[:11] + sign(SEEDS["active"], payload("MySolutions", POOL))).decode()
case("the payload signed without its message", pool.replace(POOL_KEY, bare_signature), "INVALID")
case("no KEY", block("MySolutions", POOL, text=""), "UNSIGNED")
case("a KEY shortened for print", pool.replace(POOL_KEY, POOL_KEY[:20] + "..."), "UNSIGNED")
case("a KEY cut by one character", pool.replace(POOL_KEY, POOL_KEY[:-1]), "MALFORMED")
case("a KEY with one character more", pool.replace(POOL_KEY, POOL_KEY + "A"), "MALFORMED")
case("a KEY with padding", pool.replace(POOL_KEY, POOL_KEY[:-1] + "="), "MALFORMED")
case("a KEY of the URL alphabet", pool.replace(POOL_KEY, "AQEA_-" + POOL_KEY[6:]), "MALFORMED")
case("an empty KEY", pool.replace(POOL_KEY, '""'), "MALFORMED")
case("two KEYs", pool.replace("KEY=" + POOL_KEY, f"KEY={POOL_KEY} KEY={POOL_KEY}"), "MALFORMED")

# Keys and dates.
FREEDAY = [["VENDOR", US], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"], ["START", "2026-03-15"], ["END", "2026-03-15"]]
case("a key that is not in the store", block("a", DATED, "not in the store"), "UNKNOWN-KEY")
case("a development key", block("a", DATED, "development"), "UNKNOWN-KEY")
case("the key of another vendor", block("a", DATED, "other vendor"), "NOT-FOR-VENDOR")
case("a compromised key", block("a", DATED, "compromised"), "REVOKED")
case("a compromised key, issued before", block("a", DATED + [["ISSUED", "2026-01-02"]], "compromised"), "REVOKED")
case("a retired key, no day of issue", block("a", DATED, "retired"), "REVOKED")
case("a retired key, issued after", block("a", DATED + [["ISSUED", "2026-07-01"]], "retired"), "REVOKED")
case("issued before its key could sign", block("a", DATED + [["ISSUED", "2025-12-31"]]), "REVOKED")
case("issued after its key could sign", block("a", DATED + [["ISSUED", "2026-04-01"]], "short"), "REVOKED")
case("the day before START", block("a", DATED), "NOT-YET", at="2026-02-28")
case("the day after END", block("a", DATED), "EXPIRED", at="2026-04-01")
case("both ends on one day", block("a", FREEDAY), "VALID", at="2026-03-15")
case("one block expired", pool + block("a", [d for d in DATED if d[0] != "SN"]), "VALID EXPIRED", at="2026-04-01")
other_set = [d if d[0] != "SN" else ["SN", "S-2"] for d in TOKEN]
case("blocks of two purchases", pool + block("MyDraw", other_set), "VALID VALID")

# Sets: valid signatures of several purchases (SN) and customers (LICENSEE).
FREE = [["VENDOR", US], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"]]
THEIRS = [["VENDOR", THEM], ["KEYTYPE", "ADDITIVE"], ["COUNT", "1"]]


def of(feature, *more, base=FREE, key="active"):
    return block(feature, base + [list(one) for one in more], key)


A, B = of("a", ("SN", "S-1")), of("b", ("SN", "S-2"))
case("sets: two purchases", A + B, "VALID VALID")
case("sets: two purchases, far apart", A + of("c") + of("d") + B, "VALID VALID VALID VALID")
case("sets: one SN and none", A + of("c"), "VALID VALID")
case("sets: two customers", of("a", ("LICENSEE", "One")) + of("b", ("LICENSEE", "Two")), "VALID VALID", policy=True)
case("sets: a customer and nobody", of("a", ("LICENSEE", "One")) + of("b"), "VALID VALID")
case("sets: two spellings of a customer", of("a", ("LICENSEE", "One Ltd")) + of("b", ("LICENSEE", "One ltd")), "VALID VALID", policy=True)
case("sets: one SN, two customers", of("a", ("SN", "S-1"), ("LICENSEE", "One")) + of("b", ("SN", "S-1"), ("LICENSEE", "Two")), "VALID VALID", policy=True)
case("sets: of two vendors", A + of("b", ("SN", "S-2"), base=THEIRS, key="other vendor"), "VALID VALID")
case("sets: the other one expired", A + of("b", ("SN", "S-2"), ("END", "2026-03-01")), "VALID EXPIRED")
case("sets: the other one forged", A + B.replace("COUNT=1", "COUNT=9"), "VALID INVALID")

# Revoked blocks. `withdrawn` is the content of accepted lists; the lists themselves are in revocation-1.json.
POOL_DIGEST = hashlib.sha512(payload("MySolutions", POOL)).hexdigest()


def says(vendor=US, digests=(), sns=(), keys=(), expires="2026-12-31"):
    return [{"vendor": vendor, "digests": list(digests), "sns": list(sns), "keys": list(keys), "expires": expires}]


case("withdrawn: the block", pool + token, "REVOKED VALID", withdrawn=says(digests=[POOL_DIGEST]))
case("withdrawn: all of the SN", pool + token, "REVOKED REVOKED", withdrawn=says(sns=["S-1"]))
case("withdrawn: another SN", pool + token, "VALID VALID", withdrawn=says(sns=["S-2"]))
case("withdrawn: an SN of another case", pool, "VALID", withdrawn=says(sns=["s-1"]))
case("withdrawn: the key", pool + block("a", FREE, "standby"), "REVOKED VALID", withdrawn=says(keys=[id_of("active").hex()]))
case("withdrawn: by another vendor", pool, "VALID", withdrawn=says(vendor=THEM, digests=[POOL_DIGEST], sns=["S-1"], keys=[id_of("active").hex()]))
case("withdrawn: laid out in another way", " ".join(pool.split()), "REVOKED", withdrawn=says(digests=[POOL_DIGEST]))
case("withdrawn: and changed", pool.replace("COUNT=20", "COUNT=21"), "INVALID", withdrawn=says(digests=[POOL_DIGEST]))
case("withdrawn: and expired", block("a", DATED), "REVOKED", at="2026-04-01", withdrawn=says(keys=[id_of("active").hex()]))
case("withdrawn: the list is good to its last day", pool, "VALID", at="2026-12-31", withdrawn=says())
case("withdrawn: the list is too old", pool, "VALID", at="2027-01-01", policy=True, withdrawn=says())
case("withdrawn: a list of another vendor is too old", pool, "VALID", at="2027-01-01", withdrawn=says(vendor=THEM))
case("withdrawn: the list is too old, and the block on it", pool, "REVOKED", at="2027-01-01", withdrawn=says(digests=[POOL_DIGEST]))

# Texts that are not licenses.
case("an empty file", "", [])
case("comments only", "# nothing\n", [])
case("an empty block", "FEATURE a { }", "MALFORMED")
for title, old, new, verdict in [
    ("a directive twice", "COUNT=20", "COUNT=20 COUNT=20", "MALFORMED"),
    ("a directive twice, unequal", "COUNT=20", "COUNT=20\n  COUNT=90", "MALFORMED"),
    ("a directive of another case", "SN=S-1", "Sn=S-1", "UNSUPPORTED"),
    ("an unknown directive", "SN=S-1", "SN=S-1 QUOTA=1", "UNSUPPORTED"),
    ("a leading zero", "COUNT=20", "COUNT=020", "MALFORMED"),
    ("a sign", "COUNT=20", "COUNT=+20", "MALFORMED"),
    ("a decimal point", "COUNT=20", "COUNT=20.0", "MALFORMED"),
    ("a count of none", "COUNT=20", "COUNT=0", "MALFORMED"),
    ("a count beyond the largest", "COUNT=20", "COUNT=2147483648", "MALFORMED"),
    ("digits of another script", "COUNT=20", "COUNT=٢٠", "MALFORMED"),
    ("a version without minor", "VERSION=1.10", "VERSION=1", "MALFORMED"),
    ("a version with leading zero", "VERSION=1.10", "VERSION=1.010", "MALFORMED"),
    ("another form of date", "ISSUED=2026-02-01", "ISSUED=01-02-2026", "MALFORMED"),
    ("a day that does not exist", "ISSUED=2026-02-01", "ISSUED=2026-02-30", "MALFORMED"),
    ("a name with a letter of another script", "FEATURE MySolutions", "FEATURE MySоlutions", "MALFORMED"),
    ("a control character in a comment", "{\n", "{ # a\x1b[2J\n", "MALFORMED"),
    ("no count, which this kind needs", "  COUNT=20\n", "", "MALFORMED"),
    ("no vendor", "  VENDOR=ABC_Software\n", "", "MALFORMED"),
]:
    change("unreadable: " + title, pool, old, new, verdict)
change("unreadable: a right-to-left override", texts, "Söhne", "\u202eSöhne", "MALFORMED")
change("unreadable: a zero-width space", texts, "Söhne", "Söh\u200bne", "MALFORMED")

with open("license-1.json", "w", encoding="utf-8") as file:
    json.dump({"trust": TRUST, "cases": cases}, file, indent=1, ensure_ascii=False)
    file.write("\n")


# Signed revocation lists, and whether they are accepted. A list is verified over its raw bytes before it is parsed.

def body(vendor=US, version="1", issued="2026-03-01", expires="2027-02-28", blocks="blocks: []", sets="sets: []", keys="keys: []", head="format: 1"):
    lines = [head, f'vendor: "{vendor}"', f"version: {version}", f"issued: {issued}", f"expires: {expires}", blocks, sets, keys]
    return "\n".join(lines) + "\n"


def sealed(text, names=("active",), domain="keywright/revocation/1", head=None):
    data = text.encode()
    lines = [head or domain]
    for name in names:
        header = b"\x01\x01\x00" + id_of(name)
        lines.append("KEY " + base64.b64encode(header + sign(SEEDS[name], signed_message(header, data, domain.encode()))).decode())
    return "\n".join(lines) + "\n\n" + text


lists = []


def listed(title, text, good):
    lists.append({"title": title, "text": text, "believed": good})


FULL = body(
    blocks=f'blocks:\n  - digest: "{POOL_DIGEST}"\n    reason: "replaced"',
    sets='sets:\n  - sn: "S-1"\n    reason: "refunded: 東京"',
    keys=f'keys:\n  - id: "{id_of("short").hex()}"\n    reason: "lost"',
)
GOOD = sealed(FULL)
listed("an empty list", sealed(body()), True)
listed("blocks, sets and keys", GOOD, True)
listed("signed with a standby key", sealed(body(), ("standby",)), True)
listed("two signatures", sealed(body(), ("active", "standby")), True)
listed("one signature of a key that is not in the store", sealed(body(), ("not in the store", "active")), True)
listed("signed with a retired key on its last day", sealed(body(issued="2026-06-30"), ("retired",)), True)
listed("of another vendor, with that vendor's key", sealed(body(vendor=THEM), ("other vendor",)), True)
for title, text in [
    ("a changed reason", GOOD.replace("refunded", "refundee")),
    ("an entry less", GOOD.replace('  - sn: "S-1"\n    reason: "refunded: 東京"\n', "")),
    ("a blank more at its end", GOOD + " "),
    ("cut", GOOD[:-10]),
    ("other line ends", GOOD.replace("\n", "\r\n")),
    ("no signature", sealed(body(), ())),
    ("the same signature twice", sealed(body(), ("active", "active"))),
    ("a good signature and a forged one", sealed(body(), ("active", "standby")).replace(id_of("standby").hex(), "") [:-1]),
    ("another first line", sealed(body(), head="keywright/revocation/2")),
    ("a license's domain", sealed(body(), domain="keywright/feature/1", head="keywright/revocation/1")),
    ("a bundle's domain", sealed(body(), domain="keywright/trust/1")),
    ("a key that is not in the store", sealed(body(), ("not in the store",))),
    ("a development key", sealed(body(), ("development",))),
    ("a compromised key", sealed(body(), ("compromised",))),
    ("a retired key, issued after", sealed(body(issued="2026-07-01"), ("retired",))),
    ("issued before its key could sign", sealed(body(issued="2025-12-31"))),
    ("another vendor's key", sealed(body(), ("other vendor",))),
    ("a newer format", sealed(body(head="format: 2"))),
    ("an unknown field", sealed(body() + "more: 1\n")),
    ("a field twice", sealed(body() + "version: 2\n")),
    ("no version", sealed(body().replace("version: 1\n", ""))),
    ("version 0", sealed(body(version="0"))),
    ("a version with leading zero", sealed(body(version="01"))),
    ("a day that does not exist", sealed(body(expires="2027-02-30"))),
    ("expires before it was issued", sealed(body(expires="2026-02-28"))),
    ("an SN that is none", sealed(FULL.replace("S-1", "S 1"))),
    ("an SN twice", sealed(body(sets='sets:\n  - sn: "S-1"\n    reason: "a"\n  - sn: "S-1"\n    reason: "b"'))),
    ("a digest cut short", sealed(FULL.replace(POOL_DIGEST, POOL_DIGEST[:-1]))),
    ("a digest in capitals", sealed(FULL.replace(POOL_DIGEST, POOL_DIGEST.upper()))),
    ("an empty reason", sealed(FULL.replace('"replaced"', '""'))),
    ("a line break in a reason", sealed(FULL.replace('"replaced"', '"a\\nb"'))),
    ("an anchor", sealed(FULL.replace('"replaced"', '&a "replaced"'))),
    ("a tag", sealed(FULL.replace('"replaced"', '!x "replaced"'))),
    ("an empty text", ""),
]:
    listed(title, text, False)

with open("revocation-1.json", "w", encoding="utf-8") as file:
    json.dump({"trust": TRUST, "cases": lists}, file, indent=1, ensure_ascii=False)
    file.write("\n")
