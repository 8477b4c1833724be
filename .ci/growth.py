#!/usr/bin/env python3
"""Measures how the instructions of a command grow with its input, for the shapes of input in `growth_shapes.py`.

    python3 .ci/growth.py                 # all shapes; fails if a shape grows with a power above the limit
    python3 .ci/growth.py verify          # the shapes whose names contain this text

`KEYWRIGHT=PATH` measures another program than target/release/keywright.

Each shape runs with n, 2n and 4n units. The instructions of one unit are subtracted, so that the start of the program does
not hide the growth. If the cost is proportional to the size, the exponent of each doubling is 1.
"""

import math
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from growth_shapes import SHAPES, Shape
from instructions import NAME, count, prepare_key, run


def measure(shape: Shape, n: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "keywright.toml").write_text(f'vendor = "{NAME}"\n')
        for file, text in shape.files(n).items():
            (place / file).write_text(text)
        prepare_key(place)
        for command in shape.before(n):
            run(place, command.split())
        stdin = "stdin" if (place / "stdin").exists() else None
        return count(place, shape.command.split(), stdin, shape.codes)


def exponents(costs: list[int]) -> list[float]:
    start, *costs = costs
    return [math.log2((more - start) / (less - start)) for less, more in zip(costs, costs[1:])]


def main() -> int:
    shapes = [shape for shape in SHAPES if all(text in shape.name for text in sys.argv[1:])]
    worse = 0
    print(f"{'shape':36} {'n':>6} {'instructions, 4n':>17}  exponents")
    with ThreadPoolExecutor() as pool:
        for shape in shapes:
            costs = list(pool.map(measure, [shape] * 4, (1, shape.n, 2 * shape.n, 4 * shape.n)))
            found = exponents(costs)
            is_worse = max(found) > shape.limit
            worse += is_worse
            verdict = f"MORE than {shape.limit}" if is_worse else "ok"
            print(f"{shape.name:36} {shape.n:>6} {costs[-1]:>17,}  {found[0]:.2f} {found[1]:.2f}  {verdict}", flush=True)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
