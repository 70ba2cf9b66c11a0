"""What an evaluation found: the result of every question, and what follows from all of them (pure)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from pydantic import TypeAdapter


class Loss(StrEnum):
    """Where the first expected passage of a question ended up."""

    NONE = "among the passages of the prompt"
    RANKED_LOW = "in the candidates, ranked too low"
    BELOW_FLOOR = "in the candidates, below the relevance floor"
    FUSED_OUT = "not in the candidates, but among more of them"
    NOT_RETRIEVED = "not in the candidates at all"
    NOT_STORED = "not in the database"
    NOT_JUDGED = "no passage is expected"


RANKING = (Loss.RANKED_LOW, Loss.BELOW_FLOOR)
RECALL = (Loss.FUSED_OUT, Loss.NOT_RETRIEVED, Loss.NOT_STORED)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionResult:
    """How one question fared."""

    key: str
    text: str
    answerable: bool
    loss: Loss
    ranks: Mapping[str, int | None]  # order -> rank of the first expected passage, from 1
    values: Mapping[str, Mapping[str, float]]  # order -> measure -> value; empty when nothing is expected
    relevance: float  # of the most relevant candidate, 0..1
    expected_relevance: float | None  # of the most relevant expected passage among the candidates
    seconds: Mapping[str, float]  # stage -> seconds: embed, sql, rerank
    missing: tuple[str, ...] = ()  # expected passages that are not in the database, and why

    @property
    def judged(self) -> bool:
        """Whether it counts for the ranking measures."""
        return self.answerable and self.loss is not Loss.NOT_JUDGED


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One evaluation."""

    name: str
    target: str  # what was measured: "golden", or a folder
    corpus: str  # digest of a folder's corpus, empty for the golden set
    settings: Mapping[str, str | int | float | None]
    reranker: str
    questions: tuple[QuestionResult, ...]
    created_at: datetime | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def judged(self) -> tuple[QuestionResult, ...]:
        """Questions with an expected passage."""
        return tuple(question for question in self.questions if question.judged)

    def mean(self, order: str, measure: str) -> float:
        """Mean of a measure over the judged questions; 0 when there is none."""
        values = [question.values[order][measure] for question in self.judged]
        return float(np.mean(values)) if values else 0.0

    def lost(self, *losses: Loss) -> tuple[QuestionResult, ...]:
        """Judged questions that ended in one of these ways."""
        return tuple(question for question in self.judged if question.loss in losses)

    def percentile(self, share: float, stage: str | None = None) -> float:
        """Seconds of a stage, of all of them together when stage is None, at a share (0..1) of the questions."""
        seconds = [q.seconds.get(stage, 0.0) if stage else sum(q.seconds.values()) for q in self.questions]
        return float(np.percentile(seconds, 100 * share)) if seconds else 0.0

    def refusal(self, floor: float) -> "Refusal":
        """What a relevance floor would refuse."""
        return refusal(self.questions, floor)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A relevance floor on a set: a question is refused when no candidate reaches it."""

    floor: float
    answerable: int
    unanswerable: int
    kept: int  # answerable, not refused
    refused: int  # unanswerable, refused
    kept_expected: int  # answerable with an expected passage in the candidates that itself reaches the floor
    with_expected: int  # answerable with an expected passage in the candidates

    @property
    def precision(self) -> float | None:
        """Of what is refused, the share that deserves it; None when nothing is refused."""
        total = self.refused + self.answerable - self.kept
        return self.refused / total if total else None

    @property
    def recall(self) -> float | None:
        """Of the unanswerable, the share that is refused; None without any."""
        return self.refused / self.unanswerable if self.unanswerable else None

    @property
    def kept_share(self) -> float | None:
        """Of the answerable, the share that is not refused; None without any."""
        return self.kept / self.answerable if self.answerable else None


def refusal(questions: Sequence[QuestionResult], floor: float) -> Refusal:
    """Count what a floor refuses."""
    answerable = [question for question in questions if question.answerable]
    unanswerable = [question for question in questions if not question.answerable]
    expected = [q.expected_relevance for q in answerable if q.expected_relevance is not None]
    return Refusal(
        floor=floor,
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        kept=sum(question.relevance >= floor for question in answerable),
        refused=sum(question.relevance < floor for question in unanswerable),
        kept_expected=sum(relevance >= floor for relevance in expected),
        with_expected=len(expected),
    )


RUN = TypeAdapter(Run)
Progress = Callable[[int, int], None]


def silent(_done: int, _all: int) -> None:
    """Progress that nobody follows."""
