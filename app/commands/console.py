"""What every command of the answering road speaks through: the two consoles, shared options, quiet libraries."""

import logging
import os
import warnings
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

CollectionOption = Annotated[str | None, typer.Option(help="Search only this collection; all when left out.")]
DocumentOption = Annotated[str, typer.Option(help="Search only this document: its number or file name.")]
PathOption = Annotated[str, typer.Option(help="Search only documents whose path begins so.")]
MediaTypeOption = Annotated[str, typer.Option(help="Search only this type, for example application/pdf or text/*.")]
LanguageOption = Annotated[str, typer.Option(help="Search only documents in this language, for example en.")]
SinceOption = Annotated[str, typer.Option(help="Search only documents changed on this date (2026-01-31) or later.")]
UntilOption = Annotated[str, typer.Option(help="Search only documents changed before this date.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def quiet_libraries() -> None:
    """Keep warnings of libraries out of what people read; FOREMOST's own lines say what matters."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is fetched unless HF_HUB_OFFLINE=0 says so
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def report(line: str) -> None:
    """One line of progress, on stderr so that output stays clean."""
    err.print(f"[dim]· {escape(line)}[/]")
