"""Encodes passages for the built-in reranker ahead of the first question about them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row

from app.core.database import reachable
from app.core.models.token_encoder import TokenEncoder
from app.core.models.token_store import TokenStore
from app.core.passage_text import passage_text
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_BATCH = 64  # passages between two steps of the progress
_LAST = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Warmed:
    """Passages encoded by a run, those that were kept already, and those that did not fit into the store."""

    encoded: int = 0
    kept: int = 0
    left_out: int = 0


def warm(
    engine: Engine,
    encoder: TokenEncoder,
    store: TokenStore,
    *,
    collection: str | None = None,
    progress: Callable[[int, int], None],
) -> Warmed:
    """Encode the passages that the store lacks, newest first, until all are there or it is full.

    progress gets the passages done and their total. Stopped and called again, it continues. Raises DatabaseError and
    ModelError.
    """
    with reachable(engine) as connection:
        total = int(connection.execute(_QUERIES["passages"], {"collection": collection}).scalar_one())
    before, encoded, kept = _LAST, 0, 0
    while rows := _next(engine, before, collection):
        before = rows[-1].id
        new, known = _encode(encoder, store, rows)
        encoded, kept = encoded + new, kept + known
        progress(encoded + kept, total)
        if store.full():
            return Warmed(encoded=encoded, kept=kept, left_out=max(0, total - encoded - kept))
    return Warmed(encoded=encoded, kept=kept)


def _next(engine: Engine, before: int, collection: str | None) -> list[Row[Any]]:
    with reachable(engine) as connection:
        params = {"before": before, "collection": collection, "limit": _BATCH}
        return list(connection.execute(_QUERIES["next"], params).all())


def _encode(encoder: TokenEncoder, store: TokenStore, rows: list[Row[Any]]) -> tuple[int, int]:
    """Numbers of passages that were encoded and that were kept already."""
    texts = [
        passage_text(uri=row.uri, name=row.name, title=row.title, heading=row.heading, text=row.text) for row in rows
    ]
    keys = [encoder.key(text) for text in texts]
    present = store.has(keys)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in present}
    if missing:
        store.put(dict(zip(missing, encoder.passages(list(missing.values())), strict=True)))
    return len(missing), len(rows) - len(missing)
