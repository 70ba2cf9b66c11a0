"""python -m tests.quality.claims [--held-out | --fresh] [--list]: right claims doubted, wrong ones confirmed."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.cite.meaning import EmbeddingSupport
from app.core.models.find import build_embedder
from tests.quality.claims.measure import DEVELOPMENT, FRESH, HELD_OUT, Figures, measured


def main() -> None:
    """Print a table, and with --list the claims that are judged wrongly."""
    console = Console(width=160)
    with tempfile.TemporaryDirectory() as folder:
        support = EmbeddingSupport(build_embedder("all-MiniLM-L6-v2", Path(folder)))
        part = FRESH if "--fresh" in sys.argv else HELD_OUT if "--held-out" in sys.argv else DEVELOPMENT
        figures = measured(support, part)
        console.print(_table(figures))
        if "--list" in sys.argv:
            for line in figures.errors:
                console.print(line, markup=False)


def _table(figures: Figures) -> Table:
    table = Table("kind", "claims", "judged wrongly", "share")
    for kind, (wrong, count) in figures.by_kind.items():
        table.add_row(kind, str(count), str(wrong), f"{wrong / count:.1%}")
    for language, (wrong, count) in figures.by_language.items():
        table.add_row(language, str(count), str(wrong), f"{wrong / count:.1%}")
    table.add_row("right, doubted", "", "", f"{figures.right_doubted:.1%}")
    table.add_row("wrong, confirmed", "", "", f"{figures.wrong_confirmed:.1%}")
    return table


if __name__ == "__main__":
    main()
