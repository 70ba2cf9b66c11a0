"""Progress of ingestion, shown by both roads: what waits, what is being read, what failed and why, and the speed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine

from app.core.database import reachable
from app.core.sql import load_queries

STAGES = ("load", "chunk", "embed", "store")
_QUERIES = load_queries(__file__)
_SHOWN = 20  # documents named of each kind


@dataclass(frozen=True, kw_only=True, slots=True)
class InWork:
    """A document being ingested."""

    name: str  # path of a file, or name of an upload
    collection: str
    since: datetime | None
    attempts: int  # failed ones before this


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A document whose last ingestion failed; an older version may still be searched."""

    uri: str
    collection: str
    error: str
    serves: bool  # an older version is still searched
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Slow:
    """A document whose ingestion took long."""

    uri: str
    seconds: Mapping[str, float]  # by stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Ingestion at one moment."""

    queued: int  # files and uploads that wait
    retrying: int  # of the queued ones, those that wait for a retry
    running: int
    workers: int  # with a heartbeat in the last 30 seconds
    documents: int
    ready: int
    empty: int  # without text
    failed: int  # also those of which an older version is still searched
    done_last_minute: int
    seconds_left: float | None  # at the rate of the last minutes; None when nothing waits or nothing was finished
    mean_seconds: Mapping[str, float]  # by stage, for the latest documents
    in_work: tuple[InWork, ...]
    failures: tuple[Failure, ...]  # newest first
    slowest: tuple[Slow, ...]

    @property
    def pending(self) -> int:
        """Number of files and uploads that are not finished."""
        return self.queued + self.running

    def as_dict(self) -> dict[str, object]:
        """The same as JSON values; times in ISO 8601."""
        return _plain(asdict(self))  # type: ignore[return-value]


def read_progress(engine: Engine) -> Progress:
    """The progress now. Raises DatabaseError."""
    with reachable(engine) as connection:
        counts = dict(connection.execute(_QUERIES["counts"]).mappings().one())
        in_work = connection.execute(_QUERIES["in_work"], {"limit": _SHOWN}).mappings().all()
        failures = connection.execute(_QUERIES["failures"], {"limit": _SHOWN}).mappings().all()
        means = connection.execute(_QUERIES["mean_seconds"]).mappings().one()
        slow = connection.execute(_QUERIES["slowest"], {"limit": 5}).all()
    pending, per_second = counts["queued"] + counts["running"], counts.pop("per_second")
    return Progress(
        **counts,
        seconds_left=pending / float(per_second) if pending and per_second else None,
        mean_seconds={stage: float(means[stage]) for stage in STAGES if means[stage] is not None},
        in_work=tuple(InWork(**row) for row in in_work),
        failures=tuple(Failure(**row) for row in failures),
        slowest=tuple(Slow(uri=row.uri, seconds=row.timings) for row in slow),
    )


def duration(seconds: float) -> str:
    """Seconds for people: "40 s", "12 min", "3 h 20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def headline(progress: Progress) -> str:
    """The progress in one line; empty when nothing is queued or running."""
    if not progress.pending:
        return ""
    queued = f"{progress.queued:,} queued"
    if progress.retrying:
        queued += f" ({progress.retrying:,} to retry)"
    parts = [queued, f"{progress.running:,} being read"]
    if progress.done_last_minute:
        parts.append(f"{progress.done_last_minute:,} done in the last minute")
    if progress.seconds_left is not None:
        parts.append(f"about {duration(progress.seconds_left)} left")
    if not progress.workers:
        parts.append("no worker runs")
    return " · ".join(parts)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
