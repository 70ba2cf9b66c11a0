"""Changes on disk go in as they happen, and each is brought into the corpus, until told to stop."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import watchfiles

from app.core.errors import DatabaseError, SettingsError
from ingest.discover import discover_changed
from ingest.folder.run import Run
from ingest.folder.sync import Plan
from ingest.ignore_rules import Rules

_SETTLE_MS = 1_600  # changes within this time are looked at together, so that both ends of a move are seen
_IDLE_MS = 5_000  # between looks at the clock
_MANY = 200  # changed paths, beyond which looking at everything is quicker
_WHOLE_LOOK_SECONDS = 300  # what no event told (network shares, links) is found by looking at everything this often


def watch(
    run: Run, roots: Sequence[Path], rules: Rules, do: Callable[[Plan], None], report: Callable[[str], None]
) -> None:
    """Follow everything at or below the roots; returns on SIGINT or SIGTERM.

    A database that is away is told and waited for: the next look sees what was missed.
    """
    stop = threading.Event()
    absolute = [Path(root).absolute() for root in roots]
    with _stopped_by_signals(stop):
        report("Watching for changes; Ctrl-C stops it.")
        looked = -float("inf")  # at everything; the first time for what happened since the command looked
        for changes in watchfiles.watch(
            *{one if one.is_dir() else one.parent for one in absolute},  # a file that is replaced is another file
            watch_filter=None,
            debounce=_SETTLE_MS,
            rust_timeout=_IDLE_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
        ):
            changed = [Path(path) for _, path in changes if any(Path(path).is_relative_to(one) for one in absolute)]
            whole = time.monotonic() - looked > _WHOLE_LOOK_SECONDS or len(changed) > _MANY
            try:
                if whole:
                    do(run.look(absolute, rules))
                    looked = time.monotonic()
                elif changed:
                    do(run.plan(discover_changed(changed, absolute, rules), changed))
            except (DatabaseError, SettingsError) as error:  # away, or a disk that is not mounted: both may pass
                report(str(error))
                looked = -float("inf")


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError):  # not the main thread
            before[number] = signal.signal(number, lambda *_: stop.set())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
