"""Retrieve, rerank and prefer, the stages before any chat model: a question goes in, ranked candidates come out."""

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Protocol

from app.core.domain import (
    NO_FILTERS,
    Context,
    Filters,
    Hit,
    LeftOut,
    Planned,
    Question,
    Retrieval,
    Retrieved,
    Started,
)
from app.core.errors import QuestionError
from app.prefer.prefer import prefer
from app.rerank import Reranker

MAX_QUESTION_CHARACTERS = 4000


class Retriever(Protocol):
    """First stage: finds candidates for a query."""

    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval: ...

    def describe(self, left_out: Sequence[LeftOut]) -> tuple[Hit, ...]:  # noqa: ARG002
        """What the fusion left out, for the ledger; a retriever that leaves nothing out has none."""
        return ()


class Searcher:
    """The two search stages alone: candidates in their final order, without a chat model."""

    def __init__(self, *, retriever: Retriever, reranker: Reranker) -> None:
        self.reranker = reranker
        self.retriever = retriever

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved:
        """The ranked candidates, fates undecided. Raises QuestionError, NotFoundError or CorpusError."""
        question = checked(Question(text=text, collection=collection, filters=filters))
        retrieval = self.retriever.retrieve(question.text, collection=collection, filters=filters)
        return self.reranked(question.text, retrieval)

    def stages(
        self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS
    ) -> Generator[Started | Planned, None, Retrieved]:
        """The same for a checked query, with an event as each stage begins."""
        yield Started(stage="retrieve")
        retrieval = self.retriever.retrieve(query, collection=collection, filters=filters)
        yield Started(stage="rerank")
        return self.reranked(query, retrieval)

    def describe(self, left_out: Sequence[LeftOut]) -> tuple[Hit, ...]:
        """What the fusion left out, with the beginning of its text. Raises DatabaseError."""
        return self.retriever.describe(left_out)

    def reranked(self, query: str, retrieval: Retrieval) -> Retrieved:
        """The candidates of a retrieval in their final order for the query."""
        start = time.perf_counter()
        reranking = self.reranker.rerank(query, retrieval.hits)
        reranked = time.perf_counter()
        preferred = prefer(query, reranking.hits, self.reranker.relevance)
        return Retrieved(
            context=Context(passages=(), hits=preferred.hits, tokens=0, token_budget=0),
            left_out=retrieval.left_out,
            reranker=reranking.reranker,
            scored=reranking.scored,
            notices=(*retrieval.notes, *reranking.notes, *preferred.notes),
            timings={
                "embed": retrieval.embed_seconds,
                "sql": retrieval.sql_seconds,
                "rerank": reranked - start,
                "prefer": time.perf_counter() - reranked,
            },
        )


def checked(question: Question) -> Question:
    """The question without surrounding space. Raises QuestionError when it is empty or too long."""
    text = question.text.strip()
    if not text:
        raise QuestionError("The question is empty.", fix="Write what you want to know.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(text)} characters, the limit is {MAX_QUESTION_CHARACTERS}.", fix="Shorten it."
        )
    return replace(question, text=text.replace("\x00", ""))
