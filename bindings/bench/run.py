"""Measures the license check in each language, and the start of a C program beside that of OpenSSL.

    cargo build --release -p keywright-c --lib --examples
    bindings/wasm/build
    python3 -m venv target/bench && target/bench/bin/pip install ./bindings/python
    target/bench/bin/python bindings/bench/run.py
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
# Together five blocks, all of them valid.
FILES = ["a token draws on a pool", "sharing by user and host", "metered tokens", "two EXCLUSIVE blocks do not add up"]
BLOCKS = 5
TIMES = 100
ROUNDS = 9
STARTS = 300


def write_inputs(directory: Path) -> None:
    """Writes keys and a license, and a message with its signature for OpenSSL."""
    vectors = json.loads((ROOT / "tests/vectors/application-1.json").read_text(encoding="utf-8"))
    files = {case["title"].removeprefix("session: "): case["files"][0] for case in vectors["cases"]}
    (directory / "keys").write_text(vectors["keys"], encoding="utf-8")
    (directory / "license").write_text("".join(files[title] for title in FILES), encoding="utf-8")
    (directory / "message").write_bytes(bytes(94))
    key = ["-inkey", "key.pem", "-rawin", "-in", "message"]
    for command in (
        ["genpkey", "-algorithm", "ed25519", "-out", "key.pem"],
        ["pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem"],
        ["pkeyutl", "-sign", *key, "-out", "signature"],
    ):
        subprocess.run(["openssl", *command], cwd=directory, check=True)


def programs(directory: Path) -> dict[str, list[str]]:
    """Compiles the C program. Returns the command of each language."""
    compiler = ["cc", "-O2", "-I", str(ROOT / "bindings/c/include"), str(HERE / "verify.c")]
    libraries = [str(RELEASE / "libkeywright_c.a"), "-lpthread", "-ldl", "-lm"]
    subprocess.run([*compiler, *libraries, "-o", str(directory / "verify")], check=True)
    return {
        "Rust": [str(RELEASE / "examples/verify")],
        "C": [str(directory / "verify")],
        "Python": [sys.executable, str(HERE / "verify.py")],
        "WebAssembly (Node)": ["node", str(HERE / "verify.mjs")],
    }


def start_milliseconds(command: list[str], directory: Path) -> float:
    """Returns the shortest time of many starts."""

    def once() -> float:
        before = time.perf_counter()
        subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - before

    return 1000 * min(once() for _ in range(STARTS))


def instructions(command: list[str], directory: Path) -> float:
    """Returns the instructions for a block, which are the same on a busy computer. Needs valgrind."""

    def total(times: int) -> int:
        counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command, "keys", "license"]
        output = subprocess.run([*counted, str(times)], cwd=directory, check=True, capture_output=True, text=True)
        return int(output.stderr.split("Collected : ")[1].split()[0])

    # The programs take the best of ten rounds. The difference does not contain their start.
    return (total(6) - total(3)) / (10 * 3 * BLOCKS)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_inputs(directory)
        commands = programs(directory)
        best = dict.fromkeys(commands, float("inf"))
        # In turns, so that a busy moment of the computer does not fall on one language only.
        for _ in range(ROUNDS):
            for language, command in commands.items():
                output = subprocess.check_output([*command, "keys", "license", str(TIMES)], cwd=directory)
                best[language] = min(best[language], float(output) / BLOCKS)
        for language, nanoseconds in best.items():
            print(f"{language:20} {nanoseconds / 1000:6.1f} µs per block, {nanoseconds / best['Rust']:.2f} × of Rust")
        if shutil.which("valgrind"):
            rust = instructions(commands["Rust"], directory)
            for language in ("C", "Python"):
                ratio = instructions(commands[language], directory) / rust
                print(f"{language:20} {ratio:.3f} × the instructions of Rust, {rust:.0f} per block")
        check = start_milliseconds([*commands["C"], "keys", "license", "1"], directory)
        openssl = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-in", "message"]
        one = start_milliseconds([*openssl, "-sigfile", "signature"], directory)
        print(f"start of the C program with a file of {BLOCKS} blocks: {check:.2f} ms")
        print(f"start of openssl pkeyutl -verify with one signature: {one:.2f} ms")


if __name__ == "__main__":
    main()
