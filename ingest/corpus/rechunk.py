"""Re-chunks documents of another chunker version from their stored bytes, whether or not their files still exist."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, Row

from app.core.database import reachable
from app.core.domain import Source
from app.core.errors import AppError
from app.core.sql import load_queries
from ingest.pipeline import Ingester, Outcome, Result

_QUERIES = load_queries(__file__)


class _NewerError(AppError):
    """A newer version of the document was stored meanwhile, chunked by this version."""


def rechunk(
    engine: Engine,
    ingester: Ingester,
    *,
    chunker_version: str,
    progress: Callable[[int, int, str], None],
    finished: Callable[[str, Result], None],
) -> Counter[Outcome]:
    """Re-chunk all outdated documents, each in one transaction; returns the number of documents by outcome.

    progress gets the finished and the total number and the name of the next document, finished the uri and result of
    each. Killed and called again, it continues. Raises DatabaseError, CorpusError and ModelError.
    """
    counts: Counter[Outcome] = Counter()
    params = {"chunker": chunker_version}
    with reachable(engine) as connection:
        ids = connection.execute(_QUERIES["outdated"], params).scalars().all()
    for done, document_id in enumerate(ids):
        with reachable(engine) as connection:
            row = connection.execute(_QUERIES["original"], params | {"id": document_id}).one_or_none()
        if row is None:  # deleted, or re-chunked by another process
            continue
        progress(done, len(ids), row.name)
        result = _rechunked(ingester, row)
        finished(row.source_uri, result)
        counts[result.outcome] += 1
    if counts:
        ingester.finish(many=True)
    return counts


def _rechunked(ingester: Ingester, row: Row[Any]) -> Result:
    source = Source(
        uri=row.source_uri,
        name=row.name,
        content=row.content,
        sha256=row.sha256,
        modified_at=row.modified_at,
        settled=row.file_modified_at is not None,
    )

    def unless_newer(connection: Connection) -> None:
        params = {"uri": row.source_uri, "collection": row.collection, "sha256": row.sha256}
        if not connection.execute(_QUERIES["is_unchanged"], params).scalar():
            raise _NewerError(f"{row.name} was replaced meanwhile.")

    try:
        return ingester.ingest(source, collection=row.collection, only_known=True, within=unless_newer)
    except _NewerError:
        return Result(outcome=Outcome.UNCHANGED)
