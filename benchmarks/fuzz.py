"""Fuzz what takes whatever comes: extraction, problem files, sample files, and the commands that read them.

    python benchmarks/fuzz.py --minutes 10

The targets are those of the tests (``tests/fuzzing.py``). Prints how many cases each got and what failed, with the
smallest case found. Exit status 1 if anything failed. A failure is repeated with the seed that is printed first.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fuzzing import describe, fuzz


def main() -> int:
    """Fuzz for as long as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="how long, all targets together (default 10)")
    parser.add_argument("--seed", type=int, default=random.getrandbits(32), help="repeat the cases of an earlier run")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    found = fuzz(options.minutes, options.seed)
    print(describe(found))
    return int(any(findings.failure is not None for findings in found.values()))


if __name__ == "__main__":
    sys.exit(main())
