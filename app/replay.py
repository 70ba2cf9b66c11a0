"""A stored answer and its repetition go in; the stages that came out differently come out, the first one first."""

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.domain import Answer, Hit, Passage, Query, Question
from app.core.settings import Settings
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_SAME_LOGIT = 1e-4  # below this, logits of one model on one machine count as equal
_NAMED = 3  # documents or settings named in a line
# Backends whose model is chosen by the name that an answer keeps; the embedded one is a file.
_CHOSEN_BY_NAME = ("ollama", "openai")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A stage that came out differently."""

    stage: str  # documents, retrieval, rerank, packing, model, citations
    detail: str  # how, for people


class StoredQuery:
    """A rewriter that repeats what was searched for."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def rewrite(self, question: Question) -> Generator[None, None, Query]:  # noqa: ARG002  # as the pipeline calls it
        """The stored query, whatever the question."""
        yield from ()
        return self._query


class Unstored:
    """A ledger that keeps nothing: a repetition is no answer of its own."""

    def store(self, answer: Answer) -> None:
        """Nothing."""


def stored_settings(answer: Answer) -> Mapping[str, Any]:
    """The settings that shaped an answer and still exist, and the chat model that wrote it."""
    known = {name: value for name, value in answer.settings.items() if name in Settings.model_fields}
    if answer.model is not None:
        known["chat_backend"] = answer.model.backend
        if answer.model.backend in _CHOSEN_BY_NAME:
            known["chat_model"] = answer.model.name
    return known


def changed_documents(engine: Engine, answer_id: str) -> tuple[Difference, ...]:
    """The documents among an answer's candidates that are gone or have other contents, as one difference or none."""
    with transaction(engine) as connection:
        rows = connection.execute(_QUERIES["changed_documents"], {"id": answer_id}).all()
    if not rows:
        return ()
    names = [f"{row.name or row.source_uri} {'is gone' if row.gone else 'changed'}" for row in rows]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (Difference(stage="documents", detail=", ".join(names[:_NAMED]) + more),)


def differences(before: Answer, after: Answer) -> tuple[Difference, ...]:
    """Each stage that came out differently, in the order in which a question passes them."""
    return tuple(_differences(before, after))


def _differences(before: Answer, after: Answer) -> Iterator[Difference]:
    if _fused(before) != _fused(after):
        yield Difference(stage="retrieval", detail=_moved(_fused(before), _fused(after)))
    if detail := _rerank(before, after):
        yield Difference(stage="rerank", detail=detail)
    if detail := _packing(before, after):
        yield Difference(stage="packing", detail=detail)
    if detail := _model(before, after):
        yield Difference(stage="model", detail=detail)
    elif (before.outcome, before.sentences) != (after.outcome, after.sentences):
        yield Difference(stage="citations", detail="the same words were checked with another result")


def _rerank(before: Answer, after: Answer) -> str:
    if before.reranker != after.reranker:
        return f"{after.reranker} instead of {before.reranker}"
    if before.scored != after.scored:
        return f"{after.scored} candidates scored instead of {before.scored}"
    if _final(before) != _final(after):
        return _moved(_final(before), _final(after))
    logits = {_key(hit): hit.logit for hit in after.context.hits}
    moved = sum(not _same(hit.logit, logits.get(_key(hit))) for hit in before.context.hits)
    return f"other logits for {moved} candidates, in the same order" if moved else ""


def _packing(before: Answer, after: Answer) -> str:
    old, new = before.context, after.context
    if old.token_budget != new.token_budget:
        return f"a budget of {new.token_budget} tokens instead of {old.token_budget}"
    if list(map(_passage, old.passages)) != list(map(_passage, new.passages)):
        return f"{len(new.passages)} passages instead of {len(old.passages)}, or others"
    return "" if before.prompt == after.prompt else "the same passages in another prompt"


def _model(before: Answer, after: Answer) -> str:
    old, new = before.model, after.model
    if old is not None and new is not None:
        if (old.backend, old.name) != (new.backend, new.name):
            return f"{new.name} ({new.backend}) instead of {old.name} ({old.backend})"
        if old.digest and new.digest and old.digest != new.digest:
            return f"{new.name} has other weights now (digest {new.digest[:12]} instead of {old.digest[:12]})"
        if old.context_tokens != new.context_tokens:
            return f"a context of {new.context_tokens} tokens instead of {old.context_tokens}"
        if dict(old.options) != dict(new.options):
            names = sorted(
                name for name in {*old.options, *new.options} if old.options.get(name) != new.options.get(name)
            )
            return f"other {', '.join(names[:_NAMED])}"
    if before.text == after.text and before.error == after.error:
        return ""
    same = next((place for place, (a, b) in enumerate(zip(before.text, after.text, strict=False)) if a != b), None)
    place = min(len(before.text), len(after.text)) if same is None else same
    return f"other words from character {place + 1:,} on"


def _moved(before: Sequence[object], after: Sequence[object]) -> str:
    gone, new = len(set(before) - set(after)), len(set(after) - set(before))
    if gone or new:
        return f"{new} candidates are new, {gone} are missing"
    first = next((rank for rank, (a, b) in enumerate(zip(before, after, strict=False), 1) if a != b), 1)
    return f"the same candidates in another order from rank {first} on"


def _fused(answer: Answer) -> list[object]:
    return [_key(hit) for hit in sorted(answer.context.hits, key=lambda hit: hit.fused_rank)]


def _final(answer: Answer) -> list[object]:
    ranked = [hit for hit in answer.context.hits if hit.final_rank is not None]
    return [_key(hit) for hit in sorted(ranked, key=lambda hit: hit.final_rank or 0)]


def _key(hit: Hit) -> object:
    """A passage without ids, which a new ingestion changes."""
    return hit.collection, hit.source_uri, hit.start_char, hit.end_char, hit.text


def _passage(passage: Passage) -> object:
    return passage.number, passage.title, passage.heading, passage.text


def _same(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return math.isclose(before, after, abs_tol=_SAME_LOGIT)
