"""Console output of the ingest commands: progress bars, lines about single files, summaries."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from app.core.errors import FIX_LABEL, AppError
from app.core.progress import STAGES, Progress, headline
from ingest.pipeline import Outcome, Result

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

_NAMED_LINKS = 3
_LABELS: Mapping[Outcome, str] = {
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
    """Print one line of progress, on stderr so that output stays clean."""
    err.print(f"[dim]· {escape(line)}[/]")


def print_error(error: AppError) -> None:
    """Print an error and, on a line of its own, its fix, as the commands of `python -m app` do."""
    err.print(f"[bold red]Error:[/] {escape(error.problem)}")
    if error.fix:
        err.print(f"     [bold]{FIX_LABEL}[/] {escape(error.fix)}")


def progress_bar() -> Bar:
    """A progress bar on stderr that disappears at the end; its description is the step or file in work."""
    return Bar(
        BarColumn(30),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=err,
        transient=True,
    )


def summary(counts: Counter[Outcome]) -> str:
    """The number of files by outcome, for people."""
    return ", ".join(f"{counts[outcome]} {label}" for outcome, label in _LABELS.items() if counts[outcome]) or "nothing"


def links_line(links: Sequence[str]) -> str:
    """The line about links that were not followed."""
    named = ", ".join(links[:_NAMED_LINKS]) + (
        f" and {len(links) - _NAMED_LINKS} more" if len(links) > _NAMED_LINKS else ""
    )
    subject = "1 link leads" if len(links) == 1 else f"{len(links)} links lead"
    verb = "was" if len(links) == 1 else "were"
    return f"{subject} out of the folder and {verb} left out: {named}. --follow-links follows such links."


def result_line(uri: str, result: Result) -> str:
    """One result for a log."""
    return f"{result.outcome}: {uri} ({result.message})" if result.message else f"{result.outcome}: {uri}"


def status_lines(progress: Progress) -> Iterator[str]:
    """The state of ingestion, with rich's markup."""
    yield escape(headline(progress)) or "Nothing waits."
    for item in progress.in_work:
        tries = f", attempt {item.attempts + 1}" if item.attempts else ""
        yield f"[dim]being read[/] {escape(item.name)} ({escape(item.collection)}{tries})"
    workers = f"{progress.workers} worker{'' if progress.workers == 1 else 's'}"
    yield f"{progress.ready:,} documents ready, {progress.empty:,} without text, {progress.failed:,} failed; {workers}"
    for failure in progress.failures:
        older = " An older version is still searched." if failure.serves else ""
        yield f"[red]failed[/] {escape(failure.uri)}: {escape(failure.error)}{older}"
    if progress.failed > len(progress.failures):
        yield f"[dim]… and {progress.failed - len(progress.failures):,} more[/]"
    if progress.mean_seconds:
        yield f"A document takes {_stages(progress.mean_seconds)} on average."
    for slow in progress.slowest:
        yield f"[dim]slowest[/] {escape(slow.uri)}: {_stages(slow.seconds)}"


def _stages(seconds: Mapping[str, float]) -> str:
    stages = [stage for stage in STAGES if stage in seconds]
    parts = ", ".join(f"{stage} {seconds[stage]:.2f} s" for stage in stages)
    return f"{sum(seconds[stage] for stage in stages):.2f} s ({parts})"


class Screen:
    """Shows the progress and the results of a run."""

    def __init__(self) -> None:
        self._progress = progress_bar()
        self._task = self._progress.add_task("", total=None, visible=False)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the progress bar meanwhile."""
        with self._progress:
            yield

    def progress(self, done: int, total: int, name: str) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=total, description=name, visible=True)

    def finished(self, uri: str, result: Result) -> None:
        """Print a file that failed or that was read only in part."""
        if result.outcome is Outcome.EMPTY:
            err.print(f"[yellow]no text[/] {escape(uri)}: {escape(result.message)}")
            return
        if result.outcome is Outcome.FAILED:
            err.print(f"[red]failed[/] {escape(uri)}: {escape(result.message)}")
        for warning in result.warnings:
            err.print(f"[yellow]note[/] {escape(uri)}: {escape(warning)}")

    def notes(self) -> tuple[str, ...]:
        """What the results have in common, in lines for the end."""
        return ()

    def preview(self, uri: str, result: Result) -> None:
        """Print what would happen to a file."""
        if result.outcome in (Outcome.FAILED, Outcome.EMPTY):
            self.finished(uri, result)
        else:
            out.print(f"{result.outcome} {escape(f'{uri} {result.message}'.rstrip())}")


def preview(results: Iterable[tuple[str, Result]], screen: Screen) -> bool:
    """Print what a run would do, with a summary; returns whether anything would fail."""
    counts: Counter[Outcome] = Counter()
    for uri, result in results:
        screen.preview(uri, result)
        counts[result.outcome] += 1
    out.print(f"Dry run, nothing written: {summary(counts)}.")
    return counts[Outcome.FAILED] > 0
