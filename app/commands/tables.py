"""Tables for people: as wide as the terminal, and wide enough where the output goes elsewhere."""

import sys

from rich.console import Console
from rich.table import Table

from app.commands.console import out


def print_table(table: Table) -> None:
    """Print a table; into a file or a pipe at 160 columns."""
    (out if sys.stdout.isatty() else Console(width=160, highlight=False)).print(table)
