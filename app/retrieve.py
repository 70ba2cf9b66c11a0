"""Stage 2, retrieve: a question goes in, its candidates come out, from one hybrid statement on one snapshot."""

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.exc import DBAPIError

from app.core.database import reachable
from app.core.domain import Hit, Retrieval
from app.core.embedding import Embedder
from app.core.errors import CorpusError, DatabaseError, NotFoundError
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
# Below this many searched chunks every vector is compared: exact, in less than 10 ms.
EXACT_BELOW = 5_000
# Full-text matches of each language whose BM25 is computed, chosen by ts_rank.
TEXT_POOL = 200


class HybridRetriever:
    """Vector leg and full-text leg fused by reciprocal rank: score = Σ weight / (rrf_k + rank of the leg).

    The same question on the same rows gives the same order: ties are broken by chunk id.
    """

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder,
        *,
        candidates: int,
        leg_candidates: int,
        vector_weight: float,
        text_weight: float,
        rrf_k: int,
        ef_search: int,
    ) -> None:
        self._engine = engine
        self._embedder = embedder
        self._leg_candidates = max(leg_candidates, candidates)
        self._ef_search = min(1000, max(ef_search, self._leg_candidates))  # pgvector allows 1000
        self._fusion: dict[str, object] = {
            "candidates": candidates,
            "leg_candidates": self._leg_candidates,
            "vector_weight": vector_weight,
            "text_weight": text_weight,
            "rrf_k": rrf_k,
            "text_pool": max(TEXT_POOL, self._leg_candidates),
        }

    def retrieve(self, query: str, *, collection: str | None = None) -> Retrieval:
        """The best `candidates` chunks, fused rank 1 first; an empty database gives none.

        Raises NotFoundError for an unknown collection, CorpusError when another model embedded the corpus.
        """
        started = time.perf_counter()
        question = query.replace("\x00", " ")
        embedding, cut = self._embedder.embed_query(question)
        embedded = time.perf_counter()
        try:
            with reachable(self._engine) as connection:
                rows = self._rows(connection, question, embedding, collection)
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise DatabaseError(f"The search failed in the database: {reason}. Run: python -m app doctor") from error
        notes = (f"The question is longer than {self._embedder.max_tokens} tokens: {_CUT}",) if cut else ()
        return Retrieval(
            hits=tuple(_hit(row) for row in rows),
            embed_seconds=embedded - started,
            sql_seconds=time.perf_counter() - embedded,
            notes=notes,
        )

    def _rows(
        self, connection: Connection, question: str, embedding: npt.NDArray[np.float32], collection: str | None
    ) -> Sequence[RowMapping]:
        # Repeatable read: the look-up of the collection and the statement see the same rows.
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        scope = self._scope(connection, collection)
        if scope["embedding_model"] is None:
            return []
        connection.execute(_QUERIES["session"], {"ef_search": str(self._ef_search)})
        values = self._values(question, embedding, scope["collection_id"], exact=scope["exact"])
        rows = connection.execute(_QUERIES["hybrid"], values).mappings().all()
        found = rows[0]["vector_found"] if rows else 0
        if not scope["exact"] and found < self._leg_candidates:
            # The index gave up on a strong filter; at least EXACT_BELOW rows are there, so the leg must be full.
            rows = connection.execute(_QUERIES["hybrid"], values | {"exact": True}).mappings().all()
        return rows

    def _scope(self, connection: Connection, collection: str | None) -> RowMapping:
        asked = {"collection": collection, "exact_below": EXACT_BELOW}
        scope = connection.execute(_QUERIES["scope"], asked).mappings().one()
        if collection is not None and scope["collection_id"] is None:
            raise NotFoundError(_unknown(collection, list(connection.scalars(_QUERIES["collections"]))))
        if scope["embedding_model"] not in (None, self._embedder.name):
            raise CorpusError(
                f"The documents were embedded by {scope['embedding_model']}, the configured model is "
                f"{self._embedder.name}. Set FOREMOST_EMBEDDING_MODEL back, or ingest the documents again into a "
                "new database."
            )
        return scope

    def _values(
        self, question: str, embedding: npt.NDArray[np.float32], collection_id: int | None, *, exact: bool
    ) -> dict[str, object]:
        return self._fusion | {
            "question": question,
            "embedding": "[" + ",".join(f"{value:.6g}" for value in embedding) + "]",
            "collection_id": collection_id,
            "exact": exact,
        }


_CUT = "the vector search read its beginning only, the full-text search all of it."


def _hit(row: RowMapping) -> Hit:
    return Hit(**{name: value for name, value in row.items() if name != "vector_found"})


def _unknown(collection: str, known: list[str]) -> str:
    listed = f"Known: {', '.join(known)}." if known else "There is none yet: ingest documents first."
    return f"There is no collection {collection!r}. {listed}"
