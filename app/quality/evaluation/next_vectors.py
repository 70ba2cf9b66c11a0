"""A database in the middle of a re-embedding goes in, the same database comes out as it will be after the switch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event

from app.core.database import reachable
from app.core.errors import CorpusError
from app.core.models.embedding import Embedder
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_FIX = "Make them: python -m ingest reembed --model NAME --compare"


@contextmanager
def next_vectors(engine: Engine, embedder: Embedder) -> Iterator[Engine]:
    """An engine over the same database that reads the vectors beside those in use. Passages cannot be stored by it.

    Raises CorpusError unless every passage has such a vector by this embedder.
    """
    require_next_vectors(engine, embedder)
    other = create_engine(engine.url, pool_pre_ping=True)

    @event.listens_for(other, "connect")
    def look_through(driver: Any, _record: object) -> None:
        driver.execute(_QUERIES["look_through"].text)
        driver.commit()

    try:
        yield other
    finally:
        other.dispose()


def require_next_vectors(engine: Engine, embedder: Embedder) -> None:
    """Raise CorpusError unless every passage has a vector by this embedder beside the one in use."""
    with reachable(engine) as connection:
        state = connection.execute(_QUERIES["state"]).one_or_none()
        if state is None or state.model is None:
            raise CorpusError("There are no vectors of another model beside those in use.", fix=_FIX)
        if state.model != embedder.name:
            raise CorpusError(
                f"The vectors beside those in use are of {state.model}, not of {embedder.name}.", fix=_FIX
            )
        missing = connection.execute(_QUERIES["missing"]).scalar_one()
    if missing:
        raise CorpusError(f"{missing} of {state.passages} passages have no vector of {state.model} yet.", fix=_FIX)


def vector_bytes(engine: Engine) -> tuple[int, int]:
    """Bytes on disk of the vectors in use and of those beside them, with their indexes."""
    with reachable(engine) as connection:
        now, beside = connection.execute(_QUERIES["sizes"]).one()
    return int(now), int(beside)
