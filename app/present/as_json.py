"""Answers and candidates as plain JSON values, the same for commands, the HTTP API and MCP."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.core.domain import (
    Answer,
    Event,
    Finished,
    Hit,
    ModelInfo,
    Notice,
    Passage,
    Planned,
    Retrieved,
    Rewritten,
    Sentence,
    Started,
    Token,
)
from app.core.plan import Plan
from app.present.answer_verdict import verdict_of_answer
from app.present.filters import filters_view


def candidate_view(hit: Hit) -> dict[str, Any]:
    """One candidate: its source, its rank and score at every stage, its fate."""
    return {
        "final_rank": hit.final_rank,
        "fused_rank": hit.fused_rank,
        "vector_rank": hit.vector_rank,
        "text_rank": hit.text_rank,
        "logit": _rounded(hit.logit),
        "rerank_score": _rounded(hit.rerank_score),
        "fused_score": _rounded(hit.fused_score, 6),
        "vector_distance": _rounded(hit.vector_distance),
        "text_score": _rounded(hit.text_score),
        "fate": hit.fate.value,
        "fate_detail": hit.fate_detail,
        "passage_number": hit.passage_number,
        "cited": hit.cited,
        "reason": hit.reason,
        "found_by": hit.found_by,
        "title": hit.title,
        "name": hit.name,
        "dated": _moment(hit),
        "heading": hit.heading,
        "place": hit.location,
        "collection": hit.collection,
        "source_uri": hit.source_uri,
        "document_id": hit.document_id,
        "chunk_id": hit.chunk_id,
        "start_char": hit.start_char,
        "end_char": hit.end_char,
        "text": hit.text,
    }


def search_view(query: str, retrieved: Retrieved) -> dict[str, Any]:
    """The result of a search: candidates in their final order."""
    return {
        "query": query,
        "reranker": retrieved.reranker,
        "scored": retrieved.scored,
        "notices": list(retrieved.notices),
        "plan": _plan_view(retrieved.plan),
        "seconds": _seconds(retrieved.timings),
        "candidates": [candidate_view(hit) for hit in retrieved.context.hits],
    }


def answer_view(answer: Answer) -> dict[str, Any]:
    """An answer with its sources, the support of every sentence, and the whole ledger of candidates."""
    verdict = verdict_of_answer(answer)
    return {
        "id": answer.id,
        "version": answer.version,
        "versions": list(answer.versions),
        "question": answer.question,
        "standalone_question": answer.query.text,
        "rewritten": answer.query.changed,
        "also_searched_for": answer.query.also,
        "added_words": list(answer.query.added),
        "collection": answer.collection,
        "filters": filters_view(answer.filters),
        "outcome": answer.outcome.value,
        "verdict": {"state": verdict.state.value, "line": verdict.line},
        "answer": answer.text,
        "error": answer.error,
        "sentences": [_sentence_view(sentence) for sentence in answer.sentences],
        "removed_markers": answer.removed_markers,
        "sources": [_source_view(passage) for passage in answer.context.passages],
        "model": _model_view(answer.model) if answer.model else None,
        "usage": asdict(answer.usage) if answer.usage else None,
        "reranker": answer.reranker,
        "scored": answer.scored,
        "notices": list(answer.notices),
        "plan": _plan_view(answer.plan),
        "seconds": _seconds(answer.timings),
        "candidates": [candidate_view(hit) for hit in answer.context.hits],
        "fused_out": [candidate_view(hit) for hit in answer.context.fused_out],
    }


def event_view(event: Event) -> dict[str, Any] | None:
    """One step of an answer as a line for programs; None for a step that says nothing. The last is the answer."""
    match event:
        case Started(stage=stage, detail=detail):
            return {"event": "stage", "stage": stage} | ({"detail": detail} if detail else {})
        case Planned(plan=plan):
            return {"event": "plan"} | _plan_view(plan)
        case Rewritten(query=query):
            rewrite = {
                "standalone_question": query.text,
                "rewritten": query.changed,
                "reason": query.reason,
                "also_searched_for": query.also,
            }
            return {"event": "question"} | rewrite
        case Retrieved(context=context, scored=scored):
            sources = [_source_view(passage) for passage in context.passages]
            return {"event": "sources", "candidates": len(context.hits), "scored": scored, "sources": sources}
        case Token(text=text):
            return {"event": "text", "text": text}
        case Notice(text=text):
            return {"event": "notice", "text": text}
        case Finished(answer=answer):
            return {"event": "answer"} | answer_view(answer)
    return None


def checked_view(answer: Answer) -> dict[str, Any]:
    """What an answer stands on, without its text and its candidates: verdict, sentences and sources."""
    whole = answer_view(answer)
    left_out = ("answer", "candidates", "fused_out", "usage", "model", "question")
    return {"answer_id": whole.pop("id")} | {name: value for name, value in whole.items() if name not in left_out}


def _sentence_view(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "support": sentence.support.value,
        "passages": list(sentence.passages),
        "score": _rounded(sentence.score),
        "doubt": sentence.doubt,
    }


def _plan_view(plan: Plan) -> dict[str, Any]:
    steps = [asdict(step) for step in plan.steps]
    return {"kind": plan.kind.value, "reason": plan.reason, "parts": list(plan.parts), "steps": steps}


def _model_view(model: ModelInfo) -> dict[str, Any]:
    return {"backend": model.backend, "name": model.name, "context_tokens": model.context_tokens}


def _source_view(passage: Passage) -> dict[str, Any]:
    first = passage.hits[0]
    return {
        "number": passage.number,
        "title": passage.title,
        "name": first.name,
        "dated": _moment(first),
        "heading": passage.heading,
        "place": passage.location,
        "cited": any(hit.cited for hit in passage.hits),
        "source_uri": first.source_uri,
        "document_id": first.document_id,
        "chunk_ids": [hit.chunk_id for hit in passage.hits],
        "added": [{"chunk_id": chunk.chunk_id, "text": chunk.text} for chunk in passage.added],
        "text": passage.text,
    }


def _moment(hit: Hit) -> str | None:
    """Time of the file in ISO 8601; None where it is not known."""
    return hit.dated.isoformat() if hit.dated else None


def _seconds(timings: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(seconds, 4) for stage, seconds in timings.items()}


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
