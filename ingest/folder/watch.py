"""Watches folders and ingests changes as they happen, until it is stopped by a signal."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import watchfiles

from app.core.errors import DatabaseError, SettingsError
from ingest.discover import discover_changed
from ingest.folder.run import FolderRun
from ingest.folder.sync import Plan
from ingest.folder_tags import RULES_FILE
from ingest.ignore_rules import Rules

_SETTLE_MS = 1_600  # changes within this time are handled together, so that both ends of a move are seen
_IDLE_MS = 5_000  # without changes, control returns this often to check the time
_MANY = 200  # with more changed paths than this, scanning everything is quicker
_FULL_SCAN_SECONDS = 300  # a full scan this often finds what has no events (network shares, links)


def watch(
    run: FolderRun,
    roots: Sequence[Path],
    rules: Rules,
    execute: Callable[[Plan], object],
    report: Callable[[str], None],
) -> None:
    """Follow everything at or below the roots; returns on SIGINT or SIGTERM.

    A database that is away is reported and waited for: the next full scan finds the changes that were missed.
    """
    stop = threading.Event()
    absolute = [Path(root).absolute() for root in roots]
    with _stopped_by_signals(stop):
        report("Watching for changes; Ctrl-C stops it.")
        scanned = -float("inf")  # the first full scan finds changes made since the command's own scan
        for changes in watchfiles.watch(
            *{root if root.is_dir() else root.parent for root in absolute},  # a replaced file is another file
            watch_filter=None,
            debounce=_SETTLE_MS,
            rust_timeout=_IDLE_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
        ):
            changed = [Path(path) for _, path in changes if any(Path(path).is_relative_to(root) for root in absolute)]
            rules_changed = any(path.name == RULES_FILE for path in changed)  # of tags, for files that did not change
            overdue = time.monotonic() - scanned > _FULL_SCAN_SECONDS
            full_scan = overdue or rules_changed or len(changed) > _MANY
            try:
                if full_scan:
                    execute(run.scan(absolute, rules))
                    scanned = time.monotonic()
                elif changed:
                    execute(run.plan(discover_changed(changed, absolute, rules), changed))
            except (DatabaseError, SettingsError) as error:  # no database, or an unmounted disk: both may come back
                report(str(error))
                scanned = -float("inf")


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
