"""Stage 2, retrieve: a question goes in, its candidates come out, from one hybrid statement on one snapshot."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Engine, RowMapping

from app.core.database import reachable
from app.core.domain import NO_FILTERS, ExactRank, Fate, Filters, Hit, LeftOut, Retrieval
from app.core.errors import NotFoundError
from app.core.language import unread_language
from app.core.models.embedding import Embedder, require_same_model
from app.core.quotes import Quoted, quoted
from app.core.scale import AS_IS, Scale, as_is
from app.core.scope import nothing_in
from app.core.sql import load_queries
from app.core.typos import variants

_QUERIES = load_queries(__file__)
# With fewer chunks than this to search, every vector is compared: the result is exact and takes less than 10 ms.
EXACT_BELOW = 5_000
# The text leg reads at most TEXT_ROWS rows from the index of a large corpus, and scores TEXT_POOL of them.
TEXT_ROWS = 10_000
TEXT_POOL = 300
_BEGINNING = 200  # characters kept of a passage that was fused out
# In the order of the statement's values.
_LEFT_OUT = tuple(field.name for field in fields(LeftOut) if field.name != "found_by")
_CORRECTED_CHARACTERS = 400  # of a question, in which typing errors are looked for
NO_QUOTES, NO_CORRECTIONS = Quoted(), MappingProxyType[str, str]({})
_LANGUAGE_OF = 5  # candidates whose language is compared with the question's
_CUT = (
    "The question is longer than {} tokens: the vector search read only its beginning, the full-text search all of it."
)


class HybridRetriever:
    """Fuses a vector leg and a full-text leg.

    Fused score: weighted mean (0..1) of the candidate's score in each leg, divided by the best score of that leg. The
    same question over the same rows gives the same order: ties are broken by chunk id.
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
        ef_search: int,
        exact_below: int = EXACT_BELOW,
        scale: Callable[[], Scale] = as_is,
    ) -> None:
        """exact_below: with fewer chunks to search, every vector is compared. scale: of the embedder's cosines."""
        self._scale = scale
        self._engine = engine
        self._embedder = embedder
        self._leg_candidates = max(leg_candidates, candidates)
        self._ef_search = min(1000, max(ef_search, self._leg_candidates))  # pgvector allows at most 1000
        self._candidates = candidates
        self._exact_below = exact_below
        self._fusion: dict[str, object] = {
            "candidates": candidates,
            "leg_candidates": self._leg_candidates,
            "vector_weight": vector_weight,
            "text_weight": text_weight,
            "text_pool": max(TEXT_POOL, self._leg_candidates),
            "text_rows": TEXT_ROWS,
        }

    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
        """The best `candidates` chunks, fused rank 1 first, or fewer when fewer meet the filters.

        A query wholly in quotation marks is a filter: only passages with the quoted words are returned, unless there is
        none. For a word that no passage holds, full text also searches one that is a letter away; a note says so.
        Raises NotFoundError for an unknown collection, CorpusError when another model embedded the corpus.
        """
        start = time.perf_counter()
        as_written = query.replace("\x00", " ")
        quotes = quoted(as_written)
        embedding, cut = self._embedder.embed_query(as_written)  # which is robust against a wrong letter
        embedded = time.perf_counter()
        scale = self._scale()
        with self._snapshot() as connection:
            corrections = _corrections(connection, as_written, quotes)
            values = self._values(as_written, embedding, quotes, corrections, scale)
            rows = self._rows(connection, values, collection, filters)
        notes = [_CUT.format(self._embedder.max_tokens)] if cut else []
        notes += [f"No passage holds “{word}”: also searched for “{meant}”." for word, meant in corrections.items()]
        if not rows and (filters != NO_FILTERS or collection is not None):
            notes.append(nothing_in(collection, filters))
        if quotes.required:
            holding = [row for row in rows if row["holds_quote"]]
            notes += _quote_note(quotes, bool(holding), bool(rows))
            rows = holding if holding and quotes.only else rows
        if scale.note and rows:
            notes.append(scale.note)
        if unread := unread_language(as_written, [row["text"] for row in rows[:_LANGUAGE_OF]], self._embedder.name):
            notes.append(unread)
        return Retrieval(
            hits=tuple(_hit(row, scale) for row in rows),
            left_out=_left_out(rows, quotes),
            embed_seconds=embedded - start,
            sql_seconds=time.perf_counter() - embedded,
            notes=tuple(notes),
        )

    def describe(self, left_out: Sequence[LeftOut]) -> tuple[Hit, ...]:
        """What the fusion left out, as the ledger keeps it: best fused first, with the beginning of the text."""
        if not left_out:
            return ()
        params = {"chunk_ids": [one.chunk_id for one in left_out], "beginning": _BEGINNING}
        with reachable(self._engine) as connection:
            rows = {row["chunk_id"]: row for row in connection.execute(_QUERIES["describe"], params).mappings()}
        detail = f"fused rank {{}}, the first {self._candidates} are candidates"
        return tuple(
            Hit(
                **rows[one.chunk_id],
                **{name: value for name, value in asdict(one).items() if name != "chunk_id"},
                fate=Fate.FUSED_OUT,
                fate_detail=detail.format(one.fused_rank),
            )
            for one in left_out
            if one.chunk_id in rows
        )

    def exact_ranks(
        self,
        query: str,
        chunk_ids: Sequence[int],
        *,
        collection: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Mapping[int, ExactRank]:
        """Chunk id -> its rank in the complete order of each leg. Reads every chunk: for diagnosis only.

        Chunks that were deleted or do not meet the filters are left out. Raises the errors of `retrieve`.
        """
        question = query.replace("\x00", " ")
        quotes, embedding = quoted(question), self._embedder.embed_query(question)[0]
        with self._snapshot() as connection:
            values = self._values(question, embedding, quotes, _corrections(connection, question, quotes))
            scope = self._scope(connection, collection, filters)
            if scope is None:
                return {}
            rows = connection.execute(_QUERIES["exact_ranks"], values | scope | {"chunk_ids": list(chunk_ids)})
            return {row["chunk_id"]: _exact_rank(row) for row in rows.mappings()}

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """A connection whose statements all see the same rows (repeatable read)."""
        with reachable(self._engine) as connection:
            reading = connection.execution_options(isolation_level="REPEATABLE READ")
            reading.execute(_QUERIES["hold_chunks"])
            yield reading

    def _rows(
        self, connection: Connection, values: dict[str, object], collection: str | None, filters: Filters
    ) -> Sequence[RowMapping]:
        scope = self._scope(connection, collection, filters)
        if scope is None:
            return []
        hybrid = _QUERIES["hybrid"]
        rows = connection.execute(hybrid, values | scope).mappings().all()
        vector_found = rows[0]["vector_found"] if rows else 0
        if not scope["exact"] and vector_found < self._leg_candidates:
            # The index scan gave up on a strong filter. At least EXACT_BELOW rows meet it, so the leg can be full.
            rows = connection.execute(hybrid, values | scope | {"exact": True}).mappings().all()
        return rows

    def _scope(self, connection: Connection, collection: str | None, filters: Filters) -> dict[str, object] | None:
        """Parameters of the statements that limit the search; None in an empty database."""
        narrowed = filters != NO_FILTERS
        params = {
            "collection": collection,
            "narrowed": narrowed,
            "filters": _json(filters),
            "exact_below": self._exact_below,
            "ef_search": str(self._ef_search),
        }
        row = connection.execute(_QUERIES["scope"], params).mappings().one()
        named = (collection, *filters.collections) if collection is not None else filters.collections
        if named:
            known = list(connection.scalars(_QUERIES["collections"]))
            for name in named:
                if name not in known:
                    raise _unknown(name, known)
        require_same_model(row["embedding_model"], self._embedder)
        if row["embedding_model"] is None:
            return None
        return {
            "collection_id": row["collection_id"],
            "narrowed": narrowed,
            "filters": _json(filters, collection_id=row["collection_id"]),
            "exact": row["small"],
            "by_row": row["small"] and (narrowed or collection is not None),
        }

    def _values(
        self,
        question: str,
        embedding: npt.NDArray[np.float32],
        quotes: Quoted = NO_QUOTES,
        corrections: Mapping[str, str] = NO_CORRECTIONS,
        scale: Scale = AS_IS,
    ) -> dict[str, object]:
        return self._fusion | {
            "slope": scale.slope,
            "shift": scale.shift,
            "question": question,
            "added": " ".join(corrections.values()) or None,
            "runs": list(quotes.required),
            "embedding": "[" + ",".join(f"{value:.6g}" for value in embedding) + "]",
        }


def _corrections(connection: Connection, question: str, quotes: Quoted) -> dict[str, str]:
    """Words of the question that no passage holds -> the most frequent known word one letter away."""
    if quotes.only:
        return {}
    corrections = {}
    for word in connection.scalars(_QUERIES["unknown_words"], {"question": question[:_CORRECTED_CHARACTERS]}).all():
        made = variants(word)
        known = connection.scalar(_QUERIES["known_variants"], {"variants": made}) if made else None
        if known is not None:
            corrections[word] = known
    return corrections


def _quote_note(quotes: Quoted, holding: bool, any_rows: bool) -> list[str]:
    if holding:
        return [f"Only passages with {quotes} were searched."] if quotes.only else []
    return [f"No passage holds {quotes} as it is written: these are the nearest."] if any_rows else []


def _json(filters: Filters, **more: object) -> str:
    return json.dumps({**filters.criteria(), **more})


def _exact_rank(row: RowMapping) -> ExactRank:
    return ExactRank(**{name: value for name, value in row.items() if name != "chunk_id"})


def _hit(row: RowMapping, scale: Scale) -> Hit:
    values = {name: value for name, value in row.items() if name not in ("vector_found", "left_out")}
    return Hit(**values, similarity=None if scale.plain else scale.of(1 - row["vector_distance"]))


def _left_out(rows: Sequence[RowMapping], quotes: Quoted) -> tuple[LeftOut, ...]:
    """What the legs brought beyond the candidates; where quoted words filter, only passages that hold them."""
    brought = (
        LeftOut(**dict(zip(_LEFT_OUT, values, strict=True))) for values in (rows[0]["left_out"] if rows else None) or ()
    )
    return tuple(one for one in brought if one.holds_quote or not quotes.only)


def _unknown(collection: str, known: list[str]) -> NotFoundError:
    fix = f"Known: {', '.join(known)}." if known else "There is none yet: ingest documents first."
    return NotFoundError(f"There is no collection {collection!r}.", fix=fix)
