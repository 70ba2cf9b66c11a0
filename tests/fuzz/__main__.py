"""python -m tests.fuzz: FUZZ_MINUTES (10) of damaged files of every format; exits non-zero when one is a failure.

FUZZ_DATA names a folder of real files to damage too, FUZZ_SEED (1) another sequence, FUZZ_ONLY a format.
"""

import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fuzz.run import fuzz
from tests.fuzz.seeds import made_seeds, real_seeds

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "files"
_KEPT = Path("fuzz-failures")


def main() -> None:
    """Run and print the table."""
    minutes, seed = float(os.environ.get("FUZZ_MINUTES", "10")), int(os.environ.get("FUZZ_SEED", "1"))
    seeds = made_seeds()
    for kind, files in real_seeds(Path(os.environ.get("FUZZ_DATA", _BESIDE))).items():
        seeds[kind] = seeds.get(kind, []) + files
    only = os.environ.get("FUZZ_ONLY")
    tallies = fuzz({only: seeds[only]} if only else seeds, seed=seed, seconds=minutes * 60, kept=_KEPT)
    table = Table("format", "inputs", "documents", "refused in a line", "failures", "slowest s")
    for kind, tally in tallies.items():
        values = (tally.inputs, tally.documents, tally.refusals, tally.failures.total())
        table.add_row(kind, *map(str, values), f"{tally.slowest:.1f}")
    console = Console(width=110)
    console.print(table)
    total = sum(tally.inputs for tally in tallies.values())
    failures = sum((tally.failures for tally in tallies.values()), start=type(next(iter(tallies.values())).failures)())
    console.print(f"{total} inputs in {minutes:g} minutes (seed {seed}), {failures.total()} failures.")
    for what, count in failures.most_common():
        console.print(f"  {count} × {what}")
    if failures:
        console.print(f"The inputs are in {_KEPT}/.")
        sys.exit(1)


if __name__ == "__main__":
    main()
