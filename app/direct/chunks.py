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


def chunks_of(connection: Connection, document_id: int) -> tuple[int, ...]:
    """Ids of a document's passages in reading order."""
    return tuple(connection.execute(_QUERIES["of_document"], {"document_id": document_id}).scalars())


def text_of(connection: Connection, document_id: int) -> str:
    """The text of a document; empty when it was deleted."""
    return str(connection.execute(_QUERIES["text_of"], {"document_id": document_id}).scalar_one_or_none() or "")


def cited_context(cited: Sequence[Hit], others: Sequence[Hit] = (), *, why: str) -> Context:
    """Passages 1, 2, 3 from hits, each of its own; the other candidates follow as not used, with the reason."""
    names = labels((hit.document_id, hit.source_uri, hit.name) for hit in cited)
    passages, hits = [], list[Hit]()
    for number, hit in enumerate(cited, 1):
        ranked = replace(
            hit, fate=Fate.IN_PROMPT, fate_detail=why, passage_number=number, fused_rank=number, final_rank=number
        )
        hits.append(ranked)
        passages.append(
            Passage(
                number=number,
                hits=(ranked,),
                text=hit.text,
                title=hit.title,
                heading=hit.heading,
                location=hit.location,
                tokens=0,
                source=f"file {names[hit.document_id]}",
            )
        )
    known = {hit.chunk_id for hit in cited}
    left = [hit for hit in others if hit.chunk_id not in known]
    hits += (
        replace(hit, fate=Fate.NOT_USED, fate_detail=why, fused_rank=rank, final_rank=rank, passage_number=None)
        for rank, hit in enumerate(left, len(cited) + 1)
    )
    return Context(passages=tuple(passages), hits=tuple(hits), tokens=0, token_budget=0)
