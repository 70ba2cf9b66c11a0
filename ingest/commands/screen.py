"""What people see of a run: a progress bar, a line for every file that needs one, a summary."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from app.core.progress import STAGES, Progress, headline
from ingest.pipeline import Outcome, Result

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

_SAID: Mapping[Outcome, str] = {
    Outcome.NEW: "added",
    Outcome.CHANGED: "replaced",
    Outcome.MOVED: "moved",
    Outcome.REMOVED: "removed",
    Outcome.UNCHANGED: "unchanged",
    Outcome.EMPTY: "without text",
    Outcome.FAILED: "failed",
    Outcome.QUEUED: "queued",
}


def report(line: str) -> None:
    """One line of progress, on stderr so that output stays clean."""
    err.print(f"[dim]· {escape(line)}[/]")


def summary(counts: Counter[Outcome]) -> str:
    """How many files fared how, for people."""
    return ", ".join(f"{counts[outcome]} {text}" for outcome, text in _SAID.items() if counts[outcome]) or "nothing"


def status_lines(progress: Progress) -> Iterator[str]:
    """How ingestion stands, with rich's markup."""
    yield escape(headline(progress)) or "Nothing waits."
    for one in progress.in_work:
        tries = f", attempt {one.attempts + 1}" if one.attempts else ""
        yield f"[dim]being read[/] {escape(one.name)} ({escape(one.collection)}{tries})"
    workers = f"{progress.workers} worker{'' if progress.workers == 1 else 's'}"
    yield f"{progress.ready:,} documents ready, {progress.empty:,} without text, {progress.failed:,} failed; {workers}"
    for failure in progress.failures:
        still = " An older version still serves." if failure.serves else ""
        yield f"[red]failed[/] {escape(failure.uri)}: {escape(failure.error)}{still}"
    if progress.failed > len(progress.failures):
        yield f"[dim]… and {progress.failed - len(progress.failures):,} more[/]"
    if progress.mean_seconds:
        yield f"A document takes {_stages(progress.mean_seconds)} on average."
    for slow in progress.slowest:
        yield f"[dim]slowest[/] {escape(slow.uri)}: {_stages(slow.seconds)}"


def _stages(seconds: Mapping[str, float]) -> str:
    spent = ", ".join(f"{stage} {seconds[stage]:.2f} s" for stage in STAGES if stage in seconds)
    return f"{sum(seconds[stage] for stage in STAGES if stage in seconds):.2f} s ({spent})"


class Screen:
    """Listens to a run."""

    def __init__(self) -> None:
        columns = (
            BarColumn(30),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._progress = Bar(*columns, console=err, transient=True)
        self._task = self._progress.add_task("", total=None, visible=False)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show progress meanwhile."""
        with self._progress:
            yield

    def progress(self, done: int, of: int, name: str) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=of, description=name, visible=True)

    def tell(self, uri: str, result: Result) -> None:
        """Failures always, and what was only partly read."""
        if result.outcome is Outcome.FAILED:
            err.print(f"[red]failed[/] {escape(uri)}: {escape(result.message)}")
        elif result.outcome is Outcome.EMPTY:
            err.print(f"[yellow]no text[/] {escape(uri)}: {escape(result.message)}")
        for warning in result.warnings if result.outcome is not Outcome.EMPTY else ():
            err.print(f"[yellow]note[/] {escape(uri)}: {escape(warning)}")

    def tell_preview(self, uri: str, result: Result) -> None:
        """What would happen to a file."""
        if result.outcome in (Outcome.FAILED, Outcome.EMPTY):
            self.tell(uri, result)
        else:
            out.print(f"{result.outcome} {escape(uri)}{escape(f' {result.message}' if result.message else '')}")
