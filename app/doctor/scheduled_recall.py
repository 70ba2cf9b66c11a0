"""Checks the vector index from time to time while the page runs; doctor and metrics show the last result."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.core.errors import AppError
from app.core.recall_state import LastRecall, read_last_recall, write_last_recall
from app.doctor.health import Check
from app.doctor.vector_recall import VectorRecall, recall_check
from app.retrieve import EXACT_BELOW

QUESTIONS = 30  # sampled at each check
_NAME = "recall of the vector index"
_LOOK_SECONDS = 60.0  # how often it is seen whether a check is due
_log = logging.getLogger("foremost.recall")

Measure = Callable[[], VectorRecall]


@contextmanager
def checked_regularly(
    measure: Measure, folder: Path, *, hours: float, look_seconds: float = _LOOK_SECONDS
) -> Iterator[None]:
    """Within the block the index is checked when the last check is so many hours old; 0: never.

    Several pages over one folder share their checks.
    """
    over = threading.Event()

    def run() -> None:
        while not over.wait(look_seconds):
            last = read_last_recall(folder)
            if last is None or (datetime.now(UTC) - last.checked_at).total_seconds() >= hours * 3600:
                try:
                    check_now(measure, folder)
                except (AppError, OSError) as error:  # the next look tries again
                    _log.warning("The vector index was not checked: %s", error)

    if hours > 0:
        threading.Thread(target=run, name="recall", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def check_now(measure: Measure, folder: Path) -> LastRecall | None:
    """Measure and keep the result; nothing is kept for an empty corpus. Logs an alarm."""
    measured = measure()
    if not measured.trials:
        return None
    check = recall_check(measured)
    recall = measured.trials[0].recall if measured.chunks >= EXACT_BELOW else 1.0  # below, every vector is compared
    last = LastRecall(
        checked_at=datetime.now(UTC), recall=recall, alarm=not check.ok, detail=check.detail, fix=check.fix
    )
    write_last_recall(folder, last)
    if last.alarm:
        _log.warning("Recall of the vector index is too low: %s. %s", last.detail, last.fix)
    return last


def last_check(folder: Path) -> Iterator[Check]:
    """The last scheduled check as a line of doctor; nothing before the first one."""
    last = read_last_recall(folder)
    if last is not None:
        when = f"{last.checked_at.astimezone():%Y-%m-%d %H:%M}"
        yield Check(name=_NAME, ok=not last.alarm, detail=f"{last.detail} (checked {when})", fix=last.fix)
