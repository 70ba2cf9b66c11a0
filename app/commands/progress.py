"""The progress bar of every command of this road."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from app.commands.console import err


class ProgressBar:
    """A bar that is moved by calling it."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._what = what
        self._task = progress.add_task(what, total=None)

    def __call__(self, done: int, of: int, what: str | None = None) -> None:
        """Show `done` of `of`; another `what` begins a new stage with its own clock."""
        if what is not None and what != self._what:
            self._what = what
            self._progress.reset(self._task, description=what, total=of)
        self._progress.update(self._task, completed=done, total=of)


@contextmanager
def progress_bar(what: str = "") -> Iterator[ProgressBar]:
    """A bar on standard error that disappears at the end."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        yield ProgressBar(progress, what)
