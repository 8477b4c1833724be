#!/usr/bin/env python3
"""Compares the number of instructions of fixed workloads with a table that is kept in the repository.

    python3 .ci/instructions.py            # compare; fails if a number is more than the tolerance higher
    python3 .ci/instructions.py --update   # write the table

`KEYWRIGHT=PATH` measures another program than target/release/keywright.

Instructions are counted by cachegrind, which counts the same as callgrind in half the time. The result does not depend on the
load of the machine. It depends a little on the compiler, on the C library and on the instructions that the processor has, which
is why there is a tolerance.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("KEYWRIGHT", ROOT / "target" / "release" / "keywright")).resolve()
TABLE = ROOT / ".ci" / "instructions.txt"
TOLERANCE = 0.10
# The processor of the table. Valgrind runs AVX2 code as it is and has no AVX-512.
MACHINE = "x86_64"
DAY = "2026-01-15"
NAME = "ABC_Software"

# The name of each workload, its arguments, and the file that it reads from standard input.
WORKLOADS = [
    ("version", ["--version"], None),
    ("lint 2,000 blocks", ["lint", "--at", DAY, "many.lic"], None),
    ("verify 500 blocks", ["verify", "--trust", "keys", "signed.lic"], None),
    ("fmt 2,000 blocks", ["fmt", "-"], "many.lic"),
    ("test 2,000 steps", ["test", "steps.scenarios.yaml"], None),
    ("simulate 5,000 events", ["simulate", "--at", DAY, "pools.lic"], "events"),
    ("issue 200 orders", ["issue", "--dry-run", "--at", DAY, "--catalog", "catalog.yaml", "--order", "orders.csv"], None),
    ("capacity", ["capacity", "--at", DAY, "seed.lic"], None),
]


def block(name: str, more: str) -> str:
    return f"FEATURE {name} {{\n    VENDOR={NAME}\n    VERSION=1.0\n    {more}\n}}\n"


def token(name: str, pool: str, count: int) -> str:
    return block(name, f'KEYTYPE=TOKEN\n    TOKEN_DEPENDENCY="FEATURE={pool} VERSION=1.0 COUNT={count}"')


def files() -> dict[str, str]:
    pool = "KEYTYPE=EXCLUSIVE\n    COUNT="
    many = "".join(
        block(f"Pool{at}", pool + "420") + token(f"Draw{at}", f"Pool{at}", at % 7 + 1) for at in range(1000)
    )
    pools = "".join(block(f"Pool{at}", pool + "9\n    SHARE=HOST") for at in range(20))
    who = [f"u{at % 40}@h{at % 25}" for at in range(2500)]
    events = (f"checkout Pool{at % 20} by={by}\ncheckin Pool{at % 20} by={by}" for at, by in enumerate(who))
    steps = (f"      - {{ checkout: Pool0, by: u{at}@h{at % 8} }}" for at in range(2000))
    return {
        "keywright.toml": f'vendor = "{NAME}"\n',
        "many.lic": many,
        "signed.lic": "".join(block(f"Pool{at}", pool + "20") for at in range(500)),
        "pools.lic": pools,
        "events": "\n".join(events) + "\n",
        "steps.scenarios.yaml": f"license: pools.lic\nscenarios:\n  - name: many\n    at: {DAY}\n    steps:\n"
        + "\n".join(steps)
        + "\n",
        "catalog.yaml": f"vendor: {NAME}\nproducts:\n  - product: Two\n    template: pool\n"
        '    values: { pool: Two, features: "F1:1, F2:2" }\n',
        "orders.csv": "customer,sn,products,end\n"
        + "".join(f"Customer {at},C-{at:06},Two:{20 + at % 7},2027-12-31\n" for at in range(200)),
        "seed.lic": block("Product", pool + "20")
        + "".join(token(f"Draw{at}", "Product", at) for at in range(1, 6)),
    }


def run(place: Path, args: list[str]) -> None:
    subprocess.run([PROGRAM, *args], cwd=place, check=True, capture_output=True)


def prepare_key(place: Path) -> None:
    run(place, ["keys", "new", "--vendor", NAME, "--not-before", "2026-01-01", "--no-passphrase", "--out", "key.pem", "--trust", "keys"])


def prepare(place: Path) -> None:
    for name, text in files().items():
        (place / name).write_text(text)
    prepare_key(place)
    run(place, ["sign", "--key", "key.pem", "--trust", "keys", "--in-place", "signed.lic"])


def count(place: Path, args: list[str], stdin: str | None, codes: tuple[int, ...] = (0,)) -> int:
    """The instructions of a command that ends with one of these exit codes."""
    source = (place / stdin).open() if stdin else subprocess.DEVNULL
    cachegrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    env = {"PATH": os.environ["PATH"], "TZ": "UTC", "RAYON_NUM_THREADS": "1"}
    done = subprocess.run([*cachegrind, PROGRAM, *args], cwd=place, env=env, stdin=source, capture_output=True, text=True)
    found = re.search(r"I +refs: +([\d,]+)", done.stderr)
    if done.returncode not in codes or not found:
        sys.exit(f"{' '.join(args)}: exit code {done.returncode}\n{done.stdout[:2000]}\n{done.stderr[-2000:]}")
    return int(found[1].replace(",", ""))


def measure() -> dict[str, int]:
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(place))
        return {name: count(Path(place), args, stdin) for name, args, stdin in WORKLOADS}


def read_table() -> dict[str, int]:
    rows = (line.rsplit(maxsplit=1) for line in TABLE.read_text().splitlines() if line and line[0] != "#")
    return {name: int(number) for name, number in rows}


def write_table(numbers: dict[str, int]) -> None:
    head = "# Instructions of fixed workloads. `python3 .ci/instructions.py --update` writes this file.\n"
    TABLE.write_text(head + "".join(f"{name:24} {number}\n" for name, number in numbers.items()))


def main() -> int:
    if platform.machine() != MACHINE:
        print(f"SKIPPED: the table is for {MACHINE}, this is {platform.machine()}")
        return 0
    numbers = measure()
    if "--update" in sys.argv[1:]:
        write_table(numbers)
        return 0
    expected = read_table()
    worse = 0
    for name, number in numbers.items():
        change = number / expected.get(name, 1) - 1
        verdict = "MORE" if change > TOLERANCE else "less: update the table" if change < -TOLERANCE else "ok"
        worse += verdict == "MORE"
        print(f"{name:24} {number:>14,} {change:+7.1%}  {verdict}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
