"""Passages are drawn from the corpus and the chat model writes a question about each; drafted questions come out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, RowMapping

from app.core.chat import ChatModel
from app.core.database import transaction
from app.core.errors import NotFoundError
from app.core.sql import load_queries
from app.prompts import conversation
from app.quality.expected.feedback import golden_passage
from app.quality.expected.golden import Golden
from app.quality.expected.locate import Locator
from app.search import Retriever

_QUERIES = load_queries(__file__)
_MIN_CHARACTERS = 200  # of a passage that a question is drafted from
_QUESTION_TOKENS = 60
_WORD = re.compile(r"\w{3,}")
_LABEL = re.compile(r"^(?:question|q)\s*\d*\s*[:.]\s*", re.IGNORECASE)
_VAGUE = re.compile(r"\b(?:this|the) (?:text|passage|article|paragraph|document|author|excerpt)\b", re.IGNORECASE)
BIAS = (
    "Drafts use the words of their own passage, so they are easier to find than questions of people: "
    "figures on them are too good. Read each, reword it as you would ask, then accept it."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftedQuestion:
    """A drafted question, or the reason why a passage gave none."""

    question: str
    title: str
    shared_words: float  # share of the question's words that its passage has, 0..1
    fused_rank: int | None = None  # of its own passage in the first stage; None when it is not among the candidates
    refused: str = ""  # why it was not kept


class Drafter:
    """Writes drafts into the golden set."""

    def __init__(self, engine: Engine, golden: Golden, model: ChatModel, retriever: Retriever) -> None:
        self._engine = engine
        self._golden = golden
        self._locator = Locator(engine)
        self._model = model
        self._retriever = retriever

    def draft(self, count: int, *, collection: str | None = None, seed: int = 0) -> Iterator[DraftedQuestion]:
        """Up to count drafts, each kept as it comes, whether or not the first stage finds its passage.

        No passage is used twice. Raises NotFoundError when no passage is left, ModelError when the model fails.
        """
        params = {"collection": collection, "count": count, "min_characters": _MIN_CHARACTERS, "seed": str(seed)}
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["passages"], params).mappings().all()
        if not rows:
            raise NotFoundError(
                "There is no passage left to ask about.", fix="Ingest documents first: python -m ingest PATH"
            )
        for row in rows:
            yield self._drafted(row, collection)

    def _drafted(self, row: RowMapping, collection: str | None) -> DraftedQuestion:
        messages = conversation("draft_question", title=row["title"], passage=row["text"])
        question, refused = _checked("".join(self._model.stream(messages, max_tokens=_QUESTION_TOKENS)))
        shared = _shared_words(question, row["text"])
        if not refused and not shared:
            refused = "it has no word of its passage"
        if refused:
            return DraftedQuestion(question=question, title=row["title"], shared_words=shared, refused=refused)
        hits = self._retriever.retrieve(question, collection=collection).hits
        rank = next((hit.fused_rank for hit in hits if hit.chunk_id == row["id"]), None)
        first_stage = f"first-stage rank {rank}" if rank else "not found by the first stage"
        self._golden.add(
            question,
            [golden_passage(f"chunk:{row['id']}", self._locator)],
            source="drafted",
            status="draft",
            collection=collection,
            note=f"drafted by {self._model.info.name}; {shared:.0%} of its words are its passage's; {first_stage}",
        )
        return DraftedQuestion(question=question, title=row["title"], shared_words=shared, fused_rank=rank)


def _checked(text: str) -> tuple[str, str]:
    """The question in a model's text, and the reason to refuse it (empty: none)."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first_line = lines[0] if lines else ""
    question = _LABEL.sub("", first_line.strip("*_\"' ")).strip("*_\"' ")
    if "?" not in question:
        return question, "the model wrote no question"
    question = question[: question.rindex("?") + 1]
    if len(_WORD.findall(question)) < 3:
        return question, "it is too short to be found"
    if _VAGUE.search(question):
        return question, "it is about the text instead of its subject"
    return question, ""


def _shared_words(question: str, passage: str) -> float:
    """Share of the question's words that the passage has, 0..1."""
    words = {word.casefold() for word in _WORD.findall(question)}
    if not words:
        return 0.0
    return len(words & {word.casefold() for word in _WORD.findall(passage)}) / len(words)
