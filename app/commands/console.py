"""What every command of the answering road shares: two consoles, common options, how lines and errors are printed."""

import logging
import os
import warnings
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from app.core.errors import FIX_LABEL
from app.present.filters import filter_help, with_filter_options
from app.present.problem import problem_of

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

Result = TypeVar("Result")
CollectionOption = Annotated[str | None, typer.Option(help=filter_help("collection"))]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def filtered(command: Callable[..., Result]) -> Callable[..., Result]:
    """A command with an option for each field of its parameter `filters: FilterOptions`."""

    def option(text: str, several: bool) -> object:
        kind = list[str] | None if several else str
        return Annotated[kind, typer.Option(help=f"{text} Repeat it." if several else text)]

    return with_filter_options(command, annotation=option)


def quiet_libraries() -> None:
    """Keep other libraries' warnings off the terminal; Foremost reports problems itself."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is downloaded unless HF_HUB_OFFLINE=0 allows it
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def report(line: str) -> None:
    """One line of progress, on standard error so that standard output holds results only."""
    err.print(f"[dim]· {escape(line)}[/]")


def print_fix(console: Console, fix: str) -> None:
    """What to do about the problem printed above; nothing for an empty fix."""
    if fix:
        console.print(f"     [bold]{FIX_LABEL}[/] {escape(fix)}")


def print_problem(error: Exception) -> None:
    """An error with its fix, on standard error."""
    problem = problem_of(error)
    err.print(f"[bold red]Error:[/] {escape(problem.text)}")
    print_fix(err, problem.fix)
