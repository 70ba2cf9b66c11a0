"""Retrieve and rerank, the two stages before any chat model: a question goes in, ranked candidates come out."""

import collections
from collections.abc import Generator
from dataclasses import replace
from typing import Protocol

from app.answer_draft import Draft
from app.core.domain import NO_FILTERS, Event, Filters, Query, Question, Retrieval, Retrieved, Started
from app.core.errors import QuestionError
from app.rerank import Reranker

MAX_QUESTION_CHARACTERS = 4000


class Retriever(Protocol):
    """First stage: a query to candidates."""

    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval: ...


class Searcher:
    """The two retrieval stages alone: candidates in their final order, without a chat model."""

    def __init__(self, *, retriever: Retriever, reranker: Reranker) -> None:
        self.reranker = reranker
        self._retriever = retriever

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved:
        """The ranked candidates, fates undecided. Raises QuestionError, NotFoundError or CorpusError."""
        question = checked(Question(text=text, collection=collection, filters=filters))
        draft = Draft(question=question, query=Query(text=question.text, changed=False, reason=""))
        collections.deque(self.stages(draft), maxlen=0)
        return Retrieved(
            context=draft.context,
            reranker=draft.reranker,
            scored=draft.scored,
            notices=tuple(draft.notices),
            timings=dict(draft.timings),
        )

    def stages(self, draft: Draft) -> Generator[Event, None, None]:
        """Retrieve and rerank, filling the draft."""
        yield Started(stage="retrieve")
        asked = draft.question
        retrieval = self._retriever.retrieve(draft.query.text, collection=asked.collection, filters=asked.filters)
        draft.timings |= {"embed": retrieval.embed_seconds, "sql": retrieval.sql_seconds}
        draft.notices += retrieval.notes
        yield Started(stage="rerank")
        with draft.timed("rerank"):
            reranking = self.reranker.rerank(draft.query.text, retrieval.hits)
        draft.reranker, draft.scored = reranking.reranker, reranking.scored
        draft.notices += reranking.notes
        draft.context = replace(draft.context, hits=reranking.hits)


def checked(question: Question) -> Question:
    """The question without surrounding space. Raises QuestionError when it is empty or too long."""
    text = question.text.strip()
    if not text:
        raise QuestionError("The question is empty. Write what you want to know.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(text)} characters, the limit is {MAX_QUESTION_CHARACTERS}. Shorten it."
        )
    return replace(question, text=text.replace("\x00", ""))
