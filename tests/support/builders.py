"""Values for tests: a hit or passage with everything filled in, so that a test names only what it is about."""

import uuid
from collections.abc import Sequence
from typing import Any

from app.core.domain import Answer, Context, Fate, Hit, Message, Outcome, Passage, Query

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


def make_answer(*, hits: Sequence[Hit] | None = None, **changes: Any) -> Answer:
    """An answer from one passage, without a model; hits: the candidates instead, none of them in the prompt."""
    question = changes.get("question", "What does the pump hold?")
    text = "The pump holds nine litres."
    hit = make_hit(1, text, fate=Fate.IN_PROMPT, passage_number=1, cited=True, name="pump.md")
    context = Context(passages=(make_passage(1, text, hits=(hit,)),), hits=(hit,), tokens=9, token_budget=90)
    if hits is not None:
        context = Context(passages=(), hits=tuple(hits), tokens=0, token_budget=0)
    values: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "chat_id": None,
        "question": question,
        "query": Query(text=question, changed=False, reason=""),
        "collection": None,
        "text": "Nine litres [1].",
        "outcome": Outcome.ANSWERED,
        "sentences": (),
        "removed_markers": 0,
        "context": context,
        "prompt": (Message(role="user", content=f"[1] {text}\n{question}"),),
        "model": None,
        "usage": None,
        "reranker": "none",
        "scored": 1,
        "notices": (),
        "timings": {},
        "settings": {},
    }
    return Answer(**(values | changes))


def fixed_boundary(_answer_id: str) -> str:
    """The same line between passages for every answer."""
    return BOUNDARY
