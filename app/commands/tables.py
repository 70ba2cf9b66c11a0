"""Tables for people: as wide as the terminal, 160 columns when the output goes to a file or a pipe."""

import sys
from collections.abc import Collection, Iterable

from rich.console import Console
from rich.table import Table

from app.commands.console import out

_FILE_WIDTH = 160  # columns


def make_table(names: Iterable[str], *, left: Collection[str] = ()) -> Table:
    """An empty table whose columns hold numbers, to the right, except those named in `left`."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, justify="left" if name in left else "right", no_wrap=True)
    return table


def print_table(table: Table) -> None:
    """Print a table to standard output."""
    console = out if sys.stdout.isatty() else Console(width=_FILE_WIDTH, highlight=False)
    console.print(table)
