"""Passages are drawn from the corpus and the chat model writes a question about each; drafts come out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Engine, RowMapping

from app.core.chat import ChatModel
from app.core.database import transaction
from app.core.domain import Message
from app.core.errors import NotFoundError
from app.core.sql import load_queries
from app.prompts import conversation
from app.quality.expected.golden import Golden
from app.search import Retriever

_QUERIES = load_queries(__file__)
_SHORTEST = 200  # characters of a passage worth asking about
_QUESTION_TOKENS = 60
_WORD = re.compile(r"\w{3,}")
_LABEL = re.compile(r"^(?:question|q)\s*\d*\s*[:.]\s*", re.IGNORECASE)
_VAGUE = re.compile(r"\b(?:this|the) (?:text|passage|article|paragraph|document|author|excerpt)\b", re.IGNORECASE)
BIAS = (
    "Drafts ask with the words of their own passage, so they are easier to find than what people ask: "
    "figures on them are too good. Read each, reword it as you would ask, then accept it."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A drafted question, or why none came of a passage."""

    question: str
    title: str
    fused_rank: int | None  # of its own passage in the first stage; None when it was not among the candidates
    shared_words: float  # share of the question's words that its passage has, 0..1
    refused: str = ""  # why it was not kept


class Drafter:
    """Writes drafts into the golden set."""

    def __init__(self, engine: Engine, golden: Golden, model: ChatModel, retriever: Retriever) -> None:
        self._engine = engine
        self._golden = golden
        self._model = model
        self._retriever = retriever

    def draft(self, count: int, *, collection: str | None = None, seed: int = 0) -> Iterator[Draft]:
        """Up to count drafts, each kept as it comes; also one that the first stage does not find at all.

        No passage is asked about twice. Raises NotFoundError when no passage is left, ModelError when the model fails.
        """
        asked = {"collection": collection, "count": count, "shortest": _SHORTEST, "seed": str(seed)}
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["passages"], asked).mappings().all()
        if not rows:
            raise NotFoundError("There is no passage left to ask about. Ingest documents first: python -m ingest PATH")
        for row in rows:
            yield self._one(row, collection)

    def _one(self, row: RowMapping, collection: str | None) -> Draft:
        messages = conversation("draft_question", title=row["title"], passage=row["text"])
        question, refused = _checked(_said(self._model, messages))
        shared = _shared(question, row["text"])
        if not refused and not shared:
            refused = "it has no word of its passage"
        draft = Draft(question=question, title=row["title"], fused_rank=None, shared_words=shared, refused=refused)
        if refused:
            return draft
        hits = self._retriever.retrieve(question, collection=collection).hits
        rank = next((hit.fused_rank for hit in hits if hit.chunk_id == row["id"]), None)
        found = f"first-stage rank {rank}" if rank else "not found by the first stage"
        self._golden.add(
            question,
            [self._golden.expected_of_chunk(row["id"])],
            source="drafted",
            status="draft",
            collection=collection,
            note=f"drafted by {self._model.info.name}; {shared:.0%} of its words are its passage's; {found}",
        )
        return replace(draft, fused_rank=rank)


def _said(model: ChatModel, messages: tuple[Message, ...]) -> str:
    return "".join(model.stream(messages, max_tokens=_QUESTION_TOKENS))


def _checked(said: str) -> tuple[str, str]:
    """The question, and what is wrong with it."""
    line = next((line.strip() for line in said.splitlines() if line.strip()), "")
    question = _LABEL.sub("", line.strip("*_\"' ")).strip("*_\"' ")
    if "?" not in question:
        return question, "the model wrote no question"
    question = question[: question.rindex("?") + 1]
    if len(_WORD.findall(question)) < 3:
        return question, "it is too short to be found"
    return question, "it speaks of the text instead of the matter" if _VAGUE.search(question) else ""


def _shared(question: str, passage: str) -> float:
    asked = {word.casefold() for word in _WORD.findall(question)}
    return len(asked & {word.casefold() for word in _WORD.findall(passage)}) / len(asked) if asked else 0.0
