"""The results of an evaluation: of every question, and their summary (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, TypeAdapter

from app.quality.expected.loss import Loss

RANKING = (Loss.RERANKED_DOWN, Loss.BEYOND_LIMIT, Loss.BELOW_FLOOR)
MISSING = (Loss.SPLIT, Loss.NOT_AS_QUOTED, Loss.NOT_IN_TEXT, Loss.NOT_INGESTED)
RECALL = (Loss.FUSED_OUT, Loss.NOT_RETRIEVED, *MISSING)

# Runs saved by earlier versions name a loss by one of these sentences.
_OLD_LOSSES: Mapping[str, Loss | None] = {
    "among the passages of the prompt": Loss.IN_PROMPT,
    "in the candidates, ranked too low": Loss.BEYOND_LIMIT,
    "in the candidates, below the relevance floor": Loss.BELOW_FLOOR,
    "not in the candidates, but among more of them": Loss.FUSED_OUT,
    "not in the candidates at all": Loss.NOT_RETRIEVED,
    "not in the database": Loss.NOT_INGESTED,
    "no passage is expected": None,
}


def _read_loss(value: Any) -> Any:
    return _OLD_LOSSES.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionResult:
    """The result of one question."""

    key: str
    text: str
    answerable: bool
    loss: Annotated[Loss | None, BeforeValidator(_read_loss)]  # of its first expected passage; None without one
    ranks: Mapping[str, int | None]  # order -> rank of the first expected passage, from 1
    values: Mapping[str, Mapping[str, float]]  # order -> measure -> value; empty when nothing is expected
    relevance: float  # of the most relevant candidate, 0..1
    expected_relevance: float | None  # of the most relevant expected passage among the candidates
    seconds: Mapping[str, float]  # stage -> seconds: embed, sql, rerank
    missing: tuple[str, ...] = ()  # expected passages that are not in the database, and why

    @property
    def judged(self) -> bool:
        """Whether it counts for the ranking measures."""
        return self.answerable and self.loss is not None


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


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationRun:
    """One evaluation of a set of questions."""

    name: str
    target: str  # the set of questions: "golden", or a folder
    corpus: str  # digest of a folder's corpus, empty for the golden set
    settings: Mapping[str, str | int | float | None]
    reranker: str
    questions: tuple[QuestionResult, ...]
    created_at: datetime | None = None

    @property
    def judged(self) -> tuple[QuestionResult, ...]:
        """Questions with an expected passage."""
        return tuple(question for question in self.questions if question.judged)

    def mean(self, order: str, measure: str) -> float:
        """Mean of a measure over the judged questions; 0 when there is none."""
        values = [question.values[order][measure] for question in self.judged]
        return float(np.mean(values)) if values else 0.0

    def lost(self, *losses: Loss) -> tuple[QuestionResult, ...]:
        """Judged questions whose passage was lost in one of these ways."""
        return tuple(question for question in self.judged if question.loss in losses)

    def percentile(self, share: float, stage: str | None = None) -> float:
        """Seconds of a stage, of all of them together when stage is None, at a share (0..1) of the questions."""
        seconds = [q.seconds.get(stage, 0.0) if stage else sum(q.seconds.values()) for q in self.questions]
        return float(np.percentile(seconds, 100 * share)) if seconds else 0.0

    def refusal(self, floor: float) -> Refusal:
        """Count the questions that a relevance floor keeps and refuses."""
        answerable = [question for question in self.questions if question.answerable]
        unanswerable = [question for question in self.questions if not question.answerable]
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


RUN = TypeAdapter(EvaluationRun)
Progress = Callable[[int, int], None]


def silent(_done: int, _all: int) -> None:
    """Progress without a listener."""
