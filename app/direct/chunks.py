"""Passages that a computed answer cites: ids of chunks go in, numbered passages with their hits come out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from app.core.domain import Context, Fate, Hit, Passage
from app.core.names import labels
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)


def read_hits(connection: Connection, chunk_ids: Sequence[int], *, found_by: str) -> Mapping[int, Hit]:
    """Chunk id -> the passage as a candidate that no leg ranked; deleted ones are left out."""
    rows = connection.execute(_QUERIES["whole"], {"chunk_ids": list(chunk_ids)}).mappings()
    return {row["chunk_id"]: Hit(**row, fused_rank=1, fused_score=0.0, final_rank=1, found_by=found_by) for row in rows}


def first_chunks(connection: Connection, document_ids: Sequence[int]) -> Mapping[int, int]:
    """Document id -> id of its first passage."""
    rows = connection.execute(_QUERIES["first_of"], {"document_ids": list(document_ids)})
    return {row.document_id: row.id for row in rows}


def spans_of(connection: Connection, document_id: int) -> tuple[tuple[int, int, int], ...]:
    """(id, start, end) of a document's passages in reading order."""
    rows = connection.execute(_QUERIES["of_document"], {"document_id": document_id})
    return tuple((row.id, row.start_char, row.end_char) for row in rows)


def text_of(connection: Connection, document_id: int) -> tuple[str, str | None]:
    """Text and language of a document; no text when it was deleted."""
    row = connection.execute(_QUERIES["text_of"], {"document_id": document_id}).one_or_none()
    return (row.text, row.language) if row else ("", None)


def cited_context(cited: Sequence[Hit], others: Sequence[Hit] = (), *, why: str) -> Context:
    """Passages 1, 2, 3 from hits, each of its own; the other candidates follow as not used, with the reason.

    A candidate of the search keeps its ranks; what no search brought stands behind them.
    """
    names = labels((hit.document_id, hit.source_uri, hit.name) for hit in cited)
    known = {hit.chunk_id: hit for hit in others}
    last = max((hit.fused_rank for hit in others), default=0)
    passages, hits = [], list[Hit]()
    for number, one in enumerate(cited, 1):
        hit = known.pop(one.chunk_id, None)
        if hit is None:
            last += 1
            hit = replace(one, fused_rank=last, final_rank=last)
        ranked = replace(hit, fate=Fate.IN_PROMPT, fate_detail=why, passage_number=number)
        hits.append(ranked)
        passages.append(
            Passage(
                number=number, hits=(ranked,), text=hit.text, title=hit.title, heading=hit.heading,
                location=hit.location, tokens=0, source=f"file {names[hit.document_id]}",
            )
        )  # fmt: skip
    hits += (replace(hit, fate=Fate.NOT_USED, fate_detail=why, passage_number=None) for hit in known.values())
    return Context(passages=tuple(passages), hits=tuple(hits), tokens=0, token_budget=0)
