"""Commands of the ingestion road: files and folders in, progress, a summary and an exit code out."""

import logging
import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from app.core.errors import AppError, DocumentError, SettingsError
from app.core.settings import load_settings
from ingest.beir_command import beir
from ingest.bootstrap import build_ingester
from ingest.discover import Found, discover, read
from ingest.maintenance import reembed
from ingest.pipeline import Ingester, Outcome, Result
from ingest.worker import run_worker

SAMPLE = Path(__file__).parent / "sample"
SAMPLE_COLLECTION = "sample"
_SAID = {
    Outcome.NEW: "added",
    Outcome.CHANGED: "replaced",
    Outcome.UNCHANGED: "unchanged",
    Outcome.EMPTY: "without text",
    Outcome.FAILED: "failed",
}


class _FilesByDefault(TyperGroup):
    """`ingest PATH…` means `ingest files PATH…`; a file called "worker" is written ./worker."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands:  # --help too: its options are what a newcomer looks for
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
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def main() -> None:
    """Run the command line; an AppError becomes one line and its exit code."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is fetched unless HF_HUB_OFFLINE=0 says so
    try:
        app(prog_name="python -m ingest")
    except AppError as error:
        err.print(f"[bold red]Error:[/] {escape(str(error))}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("Stopped. What was stored stays; run the same again to go on.")
        sys.exit(130)


def _report(line: str) -> None:
    err.print(f"[dim]· {escape(line)}[/]")


@app.command()
def files(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders.", show_default=False)] = None,
    collection: Annotated[str, typer.Option(help="Collection to put them in; FOREMOST_COLLECTION by default.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, write nothing.")] = False,
    sample: Annotated[bool, typer.Option("--sample", help='Ingest the sample documents into "sample".')] = False,
) -> None:
    """Ingest files and folders. (python -m ingest worker: ingest what is uploaded through the page.)"""
    settings = load_settings()
    if bool(paths) == sample:
        raise SettingsError("Name files or folders to ingest, or give --sample: python -m ingest PATH…")
    found = discover([SAMPLE] if sample else paths or [])
    target = SAMPLE_COLLECTION if sample else collection or settings.collection
    if not found:
        raise SettingsError("There are no files to ingest there: name other files or folders.")
    with closing(build_ingester(settings, _report)) as services:
        run = _Run(services.ingester, target, settings.max_file_mib * 2**20, dry_run=dry_run)
        counts = run.all(found)
    said = ", ".join(f"{counts[outcome]} {text}" for outcome, text in _SAID.items() if counts[outcome])
    out.print(f"{'Dry run, nothing written' if dry_run else f'Collection {escape(target)}'}: {said}.")
    if counts[Outcome.FAILED]:
        raise typer.Exit(1)


class _Run:
    """One pass over the files found, with a progress bar and a line for every document that needs one."""

    def __init__(self, ingester: Ingester, collection: str, max_bytes: int, *, dry_run: bool) -> None:
        self._ingester = ingester
        self._collection = collection
        self._max_bytes = max_bytes
        self._dry_run = dry_run

    def all(self, found: tuple[Found, ...]) -> Counter[Outcome]:
        """How many files fared how."""
        counts: Counter[Outcome] = Counter()
        columns = (
            BarColumn(30),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("", total=len(found))
            for one in found:

                def passages(done: int, of: int, name: str = one.name) -> None:
                    progress.update(task, description=f"{name} · {done} of {of} passages")

                progress.update(task, description=one.name)
                result = self._one(one, passages)
                self._tell(one, result)
                counts[result.outcome] += 1
                progress.advance(task)
            if counts[Outcome.NEW] + counts[Outcome.CHANGED] and not self._dry_run:
                progress.update(task, description="word statistics")
                self._ingester.finish(many=True)
        return counts

    def _one(self, found: Found, passages: Callable[[int, int], None]) -> Result:
        try:
            source = read(found, max_bytes=self._max_bytes)
        except DocumentError as error:
            if not self._dry_run:
                self._ingester.record_failure(found.uri, found.name, str(error), collection=self._collection)
            return Result(outcome=Outcome.FAILED, message=str(error))
        if self._dry_run:
            return self._ingester.preview(source, collection=self._collection)
        return self._ingester.ingest(source, collection=self._collection, progress=passages)

    def _tell(self, found: Found, result: Result) -> None:
        """Failures always; what was only partly read; and in a dry run every file."""
        if result.outcome is Outcome.FAILED:
            err.print(f"[red]failed[/] {escape(found.uri)}: {escape(result.message)}")
        elif result.outcome is Outcome.EMPTY:
            err.print(f"[yellow]no text[/] {escape(found.uri)}: {escape(result.message)}")
        elif self._dry_run:
            out.print(f"{result.outcome} {escape(found.uri)}")
        else:
            for warning in result.warnings:
                err.print(f"[yellow]note[/] {escape(found.uri)}: {escape(warning)}")


app.command()(reembed)
app.command()(beir)


@app.command()
def worker() -> None:
    """Ingest what is uploaded through the page, until stopped."""
    settings = load_settings()
    with closing(build_ingester(settings, _report)) as services:
        run_worker(services.engine, services.ingester, report=_report)
