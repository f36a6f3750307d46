"""Random numbers through every way in, against plain Python: ``python tests/differential_ways_in.py --runs 20000``.

Each run draws a carrier, a parameter, a way that its unit travels and new numbers of any size that the parameter
allows. Plain Python converts them; the library must give the same, also from its own manifest, or refuse the unit.
"""

import argparse
import math
import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from inputs.test_ways_in import CARRIERS, KINDS, cells, mapped, outcome

# What one of the declared unit is in the other one, and the decades of what is drawn.
CONVERSIONS = {
    "EC_PJ": (lambda x: x * 1000, (-6, 9)),
    "EI_grid": (lambda x: x * 3.6, (-6, 9)),
    "capacity": (lambda x: x * 3.5163, (-3, 3.17)),  # at most 1,500 USRt
    "EF_elec": (lambda x: x * 1000, (-3, 0.17)),
    "T_cooling_out": (lambda x: x * 9 / 5 + 32, (1, 1.6)),
    "COP_PJ": (lambda x: x * 100, (-0.3, 1.2)),
    "η_RE": (lambda x: x * 100, (-2, 0)),
}


def drawn(kind, draw):
    """Return the kind with numbers of its own; one without numbers as it is."""
    if not kind.numeric:
        return kind
    convert, (low, high) = CONVERSIONS[kind.name]
    own = mapped(lambda _: float(f"{10 ** draw.uniform(low, high):.{draw.randrange(3, 16)}g}"), kind.own)
    return replace(kind, own=own, others=mapped(convert, own))


def close(found, wanted):
    """Whether numbers are the same but for the dust of a conversion, or of 32 bits."""
    if len(found) != len(wanted):
        return False
    if any(isinstance(one, str | bool) for one in wanted):
        return found == wanted
    return all(math.isclose(one, other, rel_tol=TOLERANCE[0]) for one, other in zip(found, wanted, strict=True))


TOLERANCE = [1e-12]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    import inputs.test_ways_in as ways

    ways.same = close
    draw, counts, failures = random.Random(options.seed), Counter(), 0
    matrix = [(carrier, KINDS.index(kind), way.name) for carrier in CARRIERS for kind, way in cells(carrier)]
    with tempfile.TemporaryDirectory() as folder:
        for run in range(options.runs):
            carrier, place, name = draw.choice(matrix)
            kind = drawn(KINDS[place], draw)
            way = next(one for one in ways.ways(kind) if one.name == name)
            TOLERANCE[0] = 1e-6 if "float32" in carrier else 1e-12
            problem = outcome(carrier, kind, way, Path(folder))
            counts["accepted" if way.accepted else "refused"] += not problem
            failures += bool(problem)
            if problem:
                print(f"{run}: {carrier}, {kind}, {name}, {kind.own}: {problem}", flush=True)
    print(f"{options.runs} runs over {len(matrix)} cells: {dict(counts)}, {failures} failures")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
