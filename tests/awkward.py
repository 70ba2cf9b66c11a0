"""python -m tests.awkward [FOLDER]: how each awkward file of a folder fares, loaded by a fresh process each."""

import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.parent import IsolatedLoader
from tests.support import made_files as made

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "files"
_SHOWN = 110  # characters of an outcome


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _BESIDE
    table = Table("file", "outcome", "seconds", "peak MiB")
    for path in sorted(one for one in folder.iterdir() if one.is_file() and one.suffix != ".tsv"):
        with IsolatedLoader() as loader:
            loader.load(made.source("A text that is long enough for its language to be told. " * 3, "warm.txt"))
            started = time.perf_counter()
            loaded = loader.load(made.source(path.read_bytes(), path.name))
            seconds = time.perf_counter() - started
        said = _said(loaded.own)
        inside = loaded.documents[:-1]
        if inside:
            refused = sum(isinstance(result, DocumentError) for _, result in inside)
            said = f"{len(inside)} documents in it, {refused} of them refused; {said}"
        table.add_row(path.name, said[:_SHOWN], f"{seconds:.2f}", str(loaded.peak_mib))
    Console(width=190).print(table)


def _said(result: Document | DocumentError) -> str:
    if isinstance(result, DocumentError):
        return f"refused: {result}"
    notes = f" ({' '.join(result.warnings)})" if result.warnings else ""
    return (f"{len(result.text):,} characters" if result.text else "no text") + notes


if __name__ == "__main__":
    main()
