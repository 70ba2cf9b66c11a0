"""The orders that are compared: each leg alone, fused, and BM25 by bm25s beside the text leg."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, text

from app.core.domain import Hit
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.stages import build_retriever
from tests.quality import bm25
from tests.quality.sets import Ranked

Search = Callable[[str], Sequence[Ranked]]
_ROWS = text(
    "SELECT chunks.id AS chunk_id, source_uri, start_char, end_char, heading || E'\\n' || chunks.text AS words "
    "FROM chunks JOIN documents ON documents.id = document_id ORDER BY chunks.id"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A stored chunk: what it counts as, and the words that are searched."""

    chunk_id: int
    source_uri: str
    start_char: int
    end_char: int
    words: str  # heading and text


def stored_rows(engine: Engine) -> list[Row]:
    """All chunks of the database, by id."""
    with engine.connect() as connection:
        return [Row(**row) for row in connection.execute(_ROWS).mappings()]


def fused(engine: Engine, embedder: Embedder, s: Settings) -> Callable[[str], tuple[Hit, ...]]:
    """Question -> candidates as the product finds them."""
    retriever = build_retriever(engine, embedder, s)
    return lambda question: retriever.retrieve(question).hits


def vector_leg(engine: Engine, embedder: Embedder, s: Settings) -> Callable[[str], tuple[Hit, ...]]:
    """Question -> what the vector leg alone finds, best first."""
    search = fused(engine, embedder, s.model_copy(update={"vector_weight": 1.0, "text_weight": 0.0}))
    return lambda question: tuple(hit for hit in search(question) if hit.vector_rank is not None)


def text_leg(engine: Engine, embedder: Embedder, s: Settings) -> Callable[[str], tuple[Hit, ...]]:
    """Question -> what the text leg alone finds, best first."""
    search = fused(engine, embedder, s.model_copy(update={"vector_weight": 0.0, "text_weight": 1.0}))
    return lambda question: tuple(hit for hit in search(question) if hit.text_rank is not None)


def by_bm25s(rows: Sequence[Row], questions: Sequence[str], *, limit: int) -> Mapping[str, Search]:
    """The order "bm25s" over the same chunks; nothing when the extra is not installed."""
    if not bm25.available():
        return {}
    indices = bm25.rankings([row.words for row in rows], questions, limit=limit)
    ranked = {question: [rows[index] for index in line] for question, line in zip(questions, indices, strict=True)}
    return {"bm25s": ranked.__getitem__}
