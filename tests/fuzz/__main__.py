"""`make fuzz`: damages files of every format for some minutes and loads them. Exits with 1 after a failure.

The defaults of the options come from FUZZ_MINUTES, FUZZ_DATA, FUZZ_SEED and FUZZ_ONLY in the environment.
"""

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fuzz.run import fuzz
from tests.fuzz.seeds import made_seeds, real_seeds

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "files"
_KEPT = Path("fuzz-failures")


def main() -> None:
    """Run and print the table."""
    options = _options()
    seeds = made_seeds()
    for kind, files in real_seeds(options.data).items():
        seeds[kind] = seeds.get(kind, []) + files
    if options.only:
        seeds = {options.only: seeds[options.only]}
    tallies = fuzz(seeds, seed=options.seed, seconds=options.minutes * 60, kept=_KEPT)
    table = Table("format", "inputs", "documents", "refused in a line", "failures", "slowest s")
    for kind, tally in tallies.items():
        values = (tally.inputs, tally.documents, tally.refusals, tally.failures.total())
        table.add_row(kind, *map(str, values), f"{tally.slowest:.1f}")
    console = Console(width=110)
    console.print(table)
    total = sum(tally.inputs for tally in tallies.values())
    failures: Counter[str] = Counter()
    for tally in tallies.values():
        failures += tally.failures
    console.print(f"{total} inputs in {options.minutes:g} minutes (seed {options.seed}), {failures.total()} failures.")
    for failure, count in failures.most_common():
        console.print(f"  {count} × {failure}")
    if failures:
        console.print(f"The inputs are in {_KEPT}/.")
        sys.exit(1)


def _options() -> argparse.Namespace:
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=float(env("FUZZ_MINUTES", "10")))
    parser.add_argument("--seed", type=int, default=int(env("FUZZ_SEED", "1")), help="another seed, other damage")
    parser.add_argument("--data", type=Path, default=Path(env("FUZZ_DATA", _BESIDE)), help="real files to damage")
    parser.add_argument("--only", default=env("FUZZ_ONLY", ""), help="one format")
    return parser.parse_args()


if __name__ == "__main__":
    main()
