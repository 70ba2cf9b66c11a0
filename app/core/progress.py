"""How ingestion stands: what waits, what is in work, what failed and why, how fast it goes. Both roads show it."""

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
    attempts: int  # earlier ones


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A document whose last ingestion failed; an older version may still serve."""

    uri: str
    collection: str
    error: str
    serves: bool  # an older version is searched meanwhile
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Slow:
    """A document that took long."""

    uri: str
    seconds: Mapping[str, float]  # by stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Ingestion at one moment."""

    queued: int  # files and uploads that wait
    retrying: int  # of these, those that wait for another attempt
    running: int
    workers: int  # that gave a sign of life within the last half minute
    documents: int
    ready: int
    empty: int  # without text
    failed: int  # with those of which an older version still serves
    done_last_minute: int
    seconds_left: float | None  # at the pace of the last minutes; None when nothing waits or nothing moves
    mean_seconds: Mapping[str, float]  # by stage, of the documents stored last
    in_work: tuple[InWork, ...]
    failures: tuple[Failure, ...]  # newest first
    slowest: tuple[Slow, ...]

    @property
    def pending(self) -> int:
        """What is still to be done."""
        return self.queued + self.running

    def as_dict(self) -> dict[str, object]:
        """For programs; times in ISO 8601."""
        return _plain(asdict(self))  # type: ignore[return-value]


def read_progress(engine: Engine) -> Progress:
    """Ask the database. Raises DatabaseError."""
    with reachable(engine) as connection:
        counts = connection.execute(_QUERIES["counts"]).one()
        in_work = connection.execute(_QUERIES["in_work"], {"limit": _SHOWN}).mappings().all()
        failures = connection.execute(_QUERIES["failures"], {"limit": _SHOWN}).mappings().all()
        means = connection.execute(_QUERIES["mean_seconds"]).mappings().one()
        slow = connection.execute(_QUERIES["slowest"], {"limit": 5}).all()
    pending = counts.queued + counts.running
    return Progress(
        queued=counts.queued,
        retrying=counts.retrying,
        running=counts.running,
        workers=counts.workers,
        documents=counts.documents,
        ready=counts.ready,
        empty=counts.empty,
        failed=counts.failed,
        done_last_minute=counts.done_last_minute,
        seconds_left=pending / float(counts.per_second) if pending and counts.per_second else None,
        mean_seconds={stage: float(means[stage]) for stage in STAGES if means[stage] is not None},
        in_work=tuple(InWork(**row) for row in in_work),
        failures=tuple(Failure(**row) for row in failures),
        slowest=tuple(Slow(uri=row.uri, seconds=row.timings) for row in slow),
    )


def duration(seconds: float) -> str:
    """For people: "40 s", "12 min", "3 h 20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def headline(progress: Progress) -> str:
    """How it stands in one line; empty when there is nothing to do."""
    if not progress.pending:
        return ""
    said = [f"{progress.queued:,} queued", f"{progress.running:,} being read"]
    if progress.retrying:
        said[0] += f" ({progress.retrying:,} for another attempt)"
    if progress.done_last_minute:
        said.append(f"{progress.done_last_minute:,} done in the last minute")
    if progress.seconds_left is not None:
        said.append(f"about {duration(progress.seconds_left)} left")
    said.append("no worker runs" if not progress.workers else "")
    return " · ".join(filter(None, said))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
