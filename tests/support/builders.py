"""Values for tests: a hit or passage with everything filled in, so that a test names only what it is about."""

from typing import Any

from app.core.domain import Hit, Passage

BOUNDARY = "=== 0123456789 ==="


def make_hit(rank: int = 1, text: str | None = None, **changes: Any) -> Hit:
    """Candidate number rank of its own document, one chunk in a section of its own."""
    values: dict[str, Any] = {
        "chunk_id": rank,
        "document_id": rank,
        "collection": "default",
        "title": f"Document {rank}",
        "source_uri": f"/docs/{rank}.md",
        "media_type": "text/markdown",
        "heading": f"Document {rank} › Section",
        "part_kind": None,
        "part_first": None,
        "part_last": None,
        "part_name": "",
        "ordinal": 0,
        "start_char": 1000 * changes.get("ordinal", 0),
        "end_char": 1000 * changes.get("ordinal", 0) + 100,
        "text": text if text is not None else f"Passage number {rank} tells something of its own.",
        "fused_rank": rank,
        "fused_score": 1 / (60 + rank),
        "vector_rank": rank,
        "vector_distance": 0.5,
        "logit": 10.0 - rank,
        "rerank_score": 10.0 - rank,
        "final_rank": rank,
    }
    return Hit(**(values | changes))


def make_passage(number: int, text: str, **changes: Any) -> Passage:
    """A passage of one hit."""
    hit = make_hit(number, text)
    values: dict[str, Any] = {
        "number": number,
        "hits": (hit,),
        "text": text,
        "title": hit.title,
        "heading": hit.heading,
        "location": "",
        "tokens": len(text.split()),
    }
    return Passage(**(values | changes))


def fixed_boundary(_answer_id: str) -> str:
    """The same line between passages for every answer."""
    return BOUNDARY
