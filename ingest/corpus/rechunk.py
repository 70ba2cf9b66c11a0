"""Documents that another version of the chunker cut go in; they are cut anew from their stored bytes, files or not."""

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
    """A newer version of the document was stored meanwhile, and cut by this version."""


def rechunk(
    engine: Engine,
    ingester: Ingester,
    *,
    chunker_version: str,
    progress: Callable[[int, int, str], None],
    tell: Callable[[str, Result], None],
) -> Counter[Outcome]:
    """How many documents fared how; progress is told how many of how many are done and the name of the one in work.

    One document, one transaction: killed and called again, it goes on. Raises DatabaseError, CorpusError, ModelError.
    """
    counts: Counter[Outcome] = Counter()
    asked = {"chunker": chunker_version}
    with reachable(engine) as connection:
        ids = connection.execute(_QUERIES["outdated"], asked).scalars().all()
    for done, document_id in enumerate(ids):
        with reachable(engine) as connection:
            row = connection.execute(_QUERIES["original"], asked | {"id": document_id}).one_or_none()
        if row is None:  # gone, or cut anew by somebody else
            continue
        progress(done, len(ids), row.name)
        result = _cut(ingester, row)
        tell(row.source_uri, result)
        counts[result.outcome] += 1
    if counts:
        ingester.finish(many=True)
    return counts


def _cut(ingester: Ingester, row: Row[Any]) -> Result:
    source = Source(
        uri=row.source_uri,
        name=row.name,
        content=row.content,
        sha256=row.sha256,
        modified_at=row.modified_at,
        settled=row.file_modified_at is not None,
    )

    def unless_newer(connection: Connection) -> None:
        same = {"uri": row.source_uri, "collection": row.collection, "sha256": row.sha256}
        if not connection.execute(_QUERIES["still_the_same"], same).scalar():
            raise _NewerError(f"{row.name} was replaced meanwhile.")

    try:
        return ingester.ingest(source, collection=row.collection, upload=True, within=unless_newer)
    except _NewerError:
        return Result(outcome=Outcome.UNCHANGED)
