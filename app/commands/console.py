"""What every command of the answering road speaks through: the two consoles, shared options, quiet libraries."""

import logging
import os
import warnings
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from app.present.filters import filter_help, with_filter_options

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

Result = TypeVar("Result")
CollectionOption = Annotated[str | None, typer.Option(help=filter_help("collection"))]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def filtered(command: Callable[..., Result]) -> Callable[..., Result]:
    """A command with an option for each field of its parameter `filters: FilterOptions`."""
    return with_filter_options(command, annotation=lambda text: Annotated[str, typer.Option(help=text)])


def quiet_libraries() -> None:
    """Keep warnings of libraries out of what people read; FOREMOST's own lines say what matters."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is fetched unless HF_HUB_OFFLINE=0 says so
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def report(line: str) -> None:
    """One line of progress, on stderr so that output stays clean."""
    err.print(f"[dim]· {escape(line)}[/]")
