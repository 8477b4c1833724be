"""The shapes of input that `growth.py` measures: one for each command, and more where an attacker chooses the input.

Sizes are such that a shape needs up to some hundred million instructions. Costs that are limited are measured above the limit:
suggestions for unknown names (200,000 comparisons in a file), findings (1,000 of a code), repeated directives (512), and the
mixes of `capacity`.
"""

from typing import Callable, NamedTuple

from instructions import NAME

DAY = "2026-06-01"
# Exit codes of a command that reports findings.
FOUND = (0, 1)

Unit = Callable[[int], str]
Files = Callable[[int], dict[str, str]]


class Shape(NamedTuple):
    name: str
    n: int
    command: str
    files: Files
    # Commands that run before and are not counted.
    before: Callable[[int], list[str]] = lambda n: []
    codes: tuple[int, ...] = (0,)
    limit: float = 1.10


def many(unit: Unit) -> Unit:
    return lambda n: "".join(unit(at) for at in range(n))


def block(name: object, more: str) -> str:
    return f"FEATURE {name} {{\n  VENDOR={NAME} {more}\n}}\n"


def pool(name: object, count: int, more: str = "") -> str:
    return block(name, f"KEYTYPE=EXCLUSIVE COUNT={count} {more}")


def need(name: object, count: int = 1) -> str:
    return f'TOKEN_DEPENDENCY="FEATURE={name} VERSION=1.0 COUNT={count}"\n'


def token(name: object, *needs: str) -> str:
    return block(name, "KEYTYPE=TOKEN\n" + "".join(needs))


# Units of a license.
pair: Unit = lambda at: pool(f"Pool{at}", 20 + at % 7) + token(f"Draw{at}", need(f"Pool{at}", at % 7 + 1))
dated: Unit = lambda at: pool(f"Pool{at}", 20, f"START=2026-01-{at % 28 + 1:02} END=2027-{at % 12 + 1:02}-01")
similar: Unit = lambda at: pool(f"MySolution{'s' * (at % 2)}{at // 2}", 5)
of_two_vendors: Unit = lambda at: pair(at) if at % 2 else pair(at).replace(NAME, "Other")
of_both_vendors: Unit = lambda at: pair(at) + pair(at).replace(NAME, "Other")
layer: Unit = lambda at: token(f"T{at}", need(f"T{at - 1}")) if at % 15 else pool(f"T{at}", 1000)
ten = lambda at: (need(f"T{at - at % 20 + step}") for step in range(10))
wide: Unit = lambda at: token(f"T{at}", *ten(at)) if at % 20 >= 10 else pool(f"T{at}", 99)
unknown: Unit = lambda at: token(f"Draw{at}", need(f"Pool{at}"))
wrong: Unit = lambda at: pool(f"Pool{at}", 5, f"CUONT={at}")
typing_error: Unit = lambda at: block(f"Pool{at}", "KEYTYPE=EXCLUSIVE CUONT=5")
own_pool: Unit = lambda at: token("Draw", need(f"Pool{at}")) + pool(f"Pool{at}", 5)
alternative: Unit = lambda at: token("Draw", need("Pool0", at % 5 + 1)) + (pool("Pool0", 5) if at == 0 else "")
lot: Unit = lambda at: block("M", f"KEYTYPE=METERED COUNT=1 SN=s{at}")
allowed: Unit = lambda at: "# keywright: allow(D001)\n" + pool(f"Pool{at}", 5)
stranger: Unit = lambda at: pool(f"Pool{at}", 5, f"KEY=AQE{'A' * 97}")
long_value: Unit = lambda at: pool(f"Pool{at}", 5, f'NOTE="{"x" * 4000}"')
host: Unit = lambda at: f'HOSTID="ETHERNET={at + 1:012X}"\n'
tier: Unit = lambda at: f'TIER="FROM={at + 1} PRICE=0.04"\n'
POSTPAID = 'KEYTYPE=METERED PAYMENT=POSTPAID PERIOD=MONTH PRICE="1 USD"\n'


def lic(unit: Unit) -> Files:
    return lambda n: {"a.lic": many(unit)(n)}


def one(unit: Unit, more: str = "") -> Files:
    return lambda n: {"a.lic": block("Draw", more + many(unit)(n))}


def two_files(n: int) -> dict[str, str]:
    return {"a.lic": many(pair)(n), "b.lic": many(lambda at: pair(n + at))(n)}


def changed(n: int) -> dict[str, str]:
    return {"a.lic": many(pair)(n), "b.lic": many(pair)(n).replace("COUNT=2", "COUNT=1")}


def pool_chain(n: int) -> dict[str, str]:
    """Tokens that draw on two pools each, so that all are one part, which is joined from its end."""
    pools = many(lambda at: pool(f"Pool{at}", 20))(n + 1)
    tokens = "".join(token(f"Draw{at}", need(f"Pool{at}"), need(f"Pool{at + 1}")) for at in reversed(range(n)))
    return {"a.lic": pools + tokens, "b.lic": pools + tokens.replace("COUNT=1", "COUNT=2")}


def separate(unit: Unit) -> Files:
    return lambda n: {f"{at}.lic": unit(at) for at in range(n)}


def session(license: Unit, *lines: Unit) -> Files:
    """A license and n events of each kind."""
    return lambda n: {"a.lic": license(n), "stdin": "".join(many(lambda at: line(at) + "\n")(n) for line in lines)}


def scenarios(license: Unit, scenario: Unit, head: str = "") -> Files:
    text = f"license: a.lic\nat: {DAY}\nscenarios:\n{head}"
    return lambda n: {"a.lic": license(n), "a.yaml": text + many(scenario)(n)}


step: Unit = lambda at: f"      - {{ checkout: Pool, by: u{at}@h{at % 8} }}\n"
suite = scenarios(
    many(lambda at: pool(f"Pool{at}", 3)),
    lambda at: f"  - name: s{at}\n    steps:\n      - {{ checkout: Pool{at}, times: 3 }}\n"
    f"      - {{ checkout: Pool{at}, denied: not-enough-licenses }}\n",
)


steps = scenarios(lambda n: pool("Pool", n), step, "  - name: many\n    steps:\n")
denials = session(lambda n: pool("A", n), "checkout A by=p{0}@h{0}".format, "checkout A by=q{0}@h{0}".format)
shared = session(
    lambda n: pool("A", n, "SHARE=HOST"),
    lambda at: f"checkout A by=p{at}@h{at // 2}",
    lambda at: f"checkin A by=p{at}@h{at // 2}",
)
borrowed = session(lambda n: pool("A", n, "BORROW=48"), "borrow A hours=24 by=p{0}@h{0}".format)
consume: Unit = lambda at: "consume M units=1"
flexnet: Unit = 'INCREMENT P{0} v 1.0 permanent 5 DUP_GROUP=NONE SIGN="00"\n'.format
rlm: Unit = "LICENSE v P{0} 1.0 permanent 5 sig=b0\n".format
xml: Unit = '<FEATURE NAME="P{0}"><SETTING COUNT="5"/></FEATURE>\n'.format


def foreign(unit: Unit, head: str, end: str = "") -> Files:
    return lambda n: {"a.lic": head + many(unit)(n) + end}


def shop(row: Unit, product: Unit = lambda at: "") -> Files:
    """Orders, and a catalogue with n products of their own."""
    head = f"vendor: {NAME}\nproducts:\n" + template("Two", "F1:1, F2:2")
    orders = "customer,sn,products,end\n"
    return lambda n: {"catalog.yaml": head + many(product)(n), "orders.csv": orders + many(row)(n)}


def template(name: str, features: str) -> str:
    return f'  - product: {name}\n    template: pool\n    values: {{ pool: {name}, features: "{features}" }}\n'


orders = shop(lambda at: f"Customer {at},C-{at:06},Two:{20 + at % 7},2027-12-31\n")
bad_orders = shop(lambda at: f"Customer {at},C-{at:06},Three:20,2027-12-31\n")
purchases = shop(lambda at: f"One,C-{at:06},P{at}:20,2027-12-31\n", lambda at: template(f"P{at}", f"F{at}:1"))

LINT = f"lint --at {DAY} a.lic"
SIMULATE = f"simulate --at {DAY} a.lic"
CONVERT = f"convert --at {DAY} --vendor v a.lic"
VERIFY = "verify --trust keys a.lic"
SIGN = "sign --key key.pem --trust keys --in-place a.lic"
REVOKE = "revoke --license a.lic --reason no --key key.pem --trust keys"
ISSUE = f"issue --at {DAY} --catalog catalog.yaml --key key.pem --trust keys --out out --log log orders.csv"


CUSTOMER = f"customer --at {DAY} --trust keys --log log One"


def after(*commands: str) -> Callable[[int], list[str]]:
    return lambda n: list(commands)


def new_keys(n: int) -> list[str]:
    return [f"keys new --vendor {NAME} --no-passphrase --trust keys --out {at}.pem" for at in range(n)] + [SIGN]


SHAPES = [
    Shape("lint: pools and tokens", 1000, LINT, lic(pair)),
    Shape("lint: pools with dates", 1000, LINT, lic(dated)),
    Shape("lint: similar names", 1000, LINT, lic(similar)),
    Shape("lint: chains of 15 tokens", 1500, LINT, lic(layer)),
    Shape("lint: tokens of ten others", 500, LINT, lic(wide), codes=FOUND),
    Shape("lint: unknown names", 500, LINT, lic(unknown), codes=FOUND),
    Shape("lint: errors", 1500, LINT, lic(wrong), codes=FOUND),
    Shape("lint: alternatives of one name", 500, LINT, lic(own_pool)),
    Shape("lint: METERED lots of one name", 1000, LINT, lic(lot)),
    Shape("lint: allow comments", 1500, LINT, lic(allowed), codes=FOUND),
    Shape("lint: HOSTID of one block", 2000, LINT, one(host), codes=FOUND),
    Shape("lint: TOKEN_DEPENDENCY of one block", 2000, LINT, one(need, "KEYTYPE=TOKEN\n"), codes=FOUND),
    Shape("lint: TIER of one block", 2000, LINT, one(tier, POSTPAID), codes=FOUND),
    Shape("lint: one line", 1000, LINT, lambda n: {"a.lic": many(wrong)(n).replace("\n", " ")}, codes=FOUND),
    Shape("lint --fix --diff", 500, f"lint --fix --unsafe-fixes --diff --at {DAY} a.lic", lic(typing_error), codes=FOUND),
    Shape("lint --format sarif", 1000, f"lint --format sarif --at {DAY} a.lic", lic(wrong), codes=FOUND),
    Shape("lint: files of a directory", 200, f"lint --at {DAY} .", separate(pair)),
    Shape("lint: similar names of files", 200, f"lint --at {DAY} .", separate(similar)),
    Shape("verify: signed blocks", 60, VERIFY, lic(pair), after(SIGN)),
    Shape("verify: blocks of an unknown key", 1000, VERIFY, lic(stranger), codes=FOUND),
    Shape("verify: entries of a revocation list", 100, VERIFY, lic(pair), after(SIGN, REVOKE), codes=FOUND),
    Shape("verify: keys of a trust list", 20, VERIFY, lambda n: {"a.lic": pair(1)}, new_keys),
    Shape("verify: files of a set", 200, "verify --trust keys --together .", separate(pair), codes=FOUND),
    Shape("fmt: blocks", 500, "fmt -", lambda n: {"stdin": many(pair)(n)}),
    Shape("fmt: comments", 10_000, "fmt -", lambda n: {"stdin": "# comment\n" * n + pool("A", 5)}),
    Shape("fmt: long values", 100, "fmt -", lambda n: {"stdin": many(long_value)(n)}),
    Shape("sign", 50, SIGN, lic(pair)),
    Shape("payload", 1000, "payload --feature Draw0 a.lic", lic(pair)),
    Shape("explain: alternatives", 300, f"explain --at {DAY} Draw a.lic", lic(alternative)),
    Shape("diff", 200, f"diff --at {DAY} a.lic a.lic", lic(pair)),
    Shape("diff: one chain of pools", 500, f"diff --at {DAY} a.lic b.lic", pool_chain, codes=FOUND),
    Shape("diff: changes", 200, f"diff --at {DAY} a.lic b.lic", changed, codes=FOUND),
    Shape("merge", 100, f"merge --at {DAY} -o - a.lic b.lic", two_files),
    Shape("graph --format dot", 500, f"graph --format dot --at {DAY} a.lic", lic(pair)),
    Shape("graph --format svg", 500, f"graph --format svg --at {DAY} a.lic", lic(pair)),
    Shape("graph: two vendors", 500, f"graph --format mermaid --at {DAY} a.lic", lic(of_two_vendors)),
    Shape("timeline", 500, f"timeline --from {DAY} a.lic", lic(dated)),
    Shape("capacity", 200, f"capacity --at {DAY} a.lic", lic(pair)),
    Shape("capacity: two vendors", 200, f"capacity --at {DAY} a.lic", lic(of_both_vendors)),
    Shape("test: steps", 1000, "test a.yaml", steps),
    Shape("test: scenarios", 300, "test --coverage a.yaml", suite),
    Shape("test --mutate", 100, "test --mutate a.yaml", suite),
    Shape("simulate: denials", 400, SIMULATE, denials, codes=FOUND),
    Shape("simulate: SHARE=HOST", 400, SIMULATE, shared),
    Shape("simulate: borrow", 400, SIMULATE, borrowed),
    Shape("simulate: METERED lots", 400, SIMULATE, session(many(lot), consume, consume), codes=FOUND),
    Shape("convert: FlexNet", 200, CONVERT, foreign(flexnet, "SERVER this_host ANY\nVENDOR v\n")),
    Shape("convert: RLM", 500, CONVERT, foreign(rlm, "HOST any any 5053\nISV v\n")),
    Shape("convert: XML", 200, CONVERT, foreign(xml, "<LICENSEFILE>\n", "</LICENSEFILE>\n")),
    Shape("issue: orders", 50, ISSUE, orders),
    Shape("issue: orders with errors", 300, ISSUE, bad_orders, codes=FOUND),
    Shape("log verify", 100, "log verify --trust keys --log log", orders, after(ISSUE)),
    Shape("log find", 100, "log find --trust keys --log log Customer", orders, after(ISSUE)),
    Shape("customer: licenses", 50, CUSTOMER, purchases, after(ISSUE)),
    Shape("catalog check: orders", 50, f"catalog check --at {DAY} --log log --orders orders.csv", orders, after(ISSUE)),
]
