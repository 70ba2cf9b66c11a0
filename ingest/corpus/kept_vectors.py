"""The vectors beside those in use: of a re-embedding under way, or of the model before it, kept for the way back."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.database import database_errors, reachable
from app.core.errors import CorpusError
from app.core.sql import load_queries
from ingest.corpus.reembed import alone

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherVectors:
    """A second set of vectors in the database."""

    model: str
    dimension: int
    kept: bool  # of the model before; else of one that is not switched to yet
    missing: int  # passages that have none of it
    bytes: int  # on disk, with the index


def other_vectors(engine: Engine) -> OtherVectors | None:
    """The second set, None when there is none. Raises DatabaseError."""
    with reachable(engine) as connection:
        row = connection.execute(_QUERIES["kept"]).one_or_none()
        if row is None or row.model is None:
            return None
        missing = connection.execute(_QUERIES["missing"]).scalar_one()
        size = connection.execute(_QUERIES["bytes"]).scalar_one()
    return OtherVectors(model=row.model, dimension=row.dimension, kept=row.kept, missing=missing, bytes=int(size))


def abort(engine: Engine) -> OtherVectors | None:
    """Drop the vectors of an unfinished re-embedding; returns them, None when there is none. Raises CorpusError."""
    return _drop(engine, kept=False)


def finish(engine: Engine) -> OtherVectors | None:
    """Drop the vectors of the model before: there is no way back then. None when there are none. Raises CorpusError."""
    return _drop(engine, kept=True)


def _drop(engine: Engine, *, kept: bool) -> OtherVectors | None:
    with database_errors(), alone(engine):
        other = other_vectors(engine)
        if other is None:
            return None
        if other.kept and not kept:
            raise CorpusError(
                f"No re-embedding is under way: the vectors of {other.model} are those before the last one.",
                fix="Return to them with --back, or give them up with --finish.",
            )
        if kept and not other.kept:
            raise CorpusError(
                f"Re-embedding by {other.model} is not finished: nothing is kept from before.",
                fix="Continue it with --model, or give it up with --abort.",
            )
        with engine.begin() as connection:
            connection.execute(_QUERIES["drop"])
    return other
