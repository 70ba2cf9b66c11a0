"""The command line of the ingestion road: registers the commands and prints an AppError with its fix."""

import logging
import os
import sys
import warnings
from typing import Any

import typer
from typer.core import TyperGroup

from app.core.errors import AppError
from ingest.commands.beir import beir
from ingest.commands.files import files, status, worker
from ingest.commands.maintenance import rechunk, warm
from ingest.commands.reembed import reembed
from ingest.commands.screen import err, print_error
from ingest.commands.tag import tag


class _FilesByDefault(TyperGroup):
    """`ingest PATH…` means `ingest files PATH…`; a file called "worker" is written ./worker."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands:  # also for --help: beginners look for the options of this command
            args = ["files", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_FilesByDefault,
    help="Make documents searchable: python -m ingest PATH… takes files and folders.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; an AppError is printed with its fix and sets the exit code."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no downloads unless HF_HUB_OFFLINE=0 is set
    try:
        app(prog_name="python -m ingest")
    except AppError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("Stopped. What was stored stays; run the same command again to continue.")
        sys.exit(130)


app.command()(files)
app.command()(worker)
app.command()(status)
app.command()(reembed)
app.command()(rechunk)
app.command()(warm)
app.command()(tag)
app.command()(beir)
