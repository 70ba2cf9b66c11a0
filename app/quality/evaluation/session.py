"""Evaluates a set of questions with the real stages over the database that should answer them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from app.core.domain import NO_FILTERS, Filters, Hit, LeftOut, Retrieval
from app.core.models.embedding import Embedder
from app.core.settings import Settings, SettingValue, Shapes, shaping_values
from app.quality.evaluation.judge import Judge
from app.quality.evaluation.measure import MeasuredStages, measure
from app.quality.evaluation.questions import QuestionSet, of_folder, of_golden
from app.quality.evaluation.run import EvaluationRun, Progress, silent
from app.quality.evaluation.scratch import Report, corpus_of
from app.quality.expected.golden import Golden
from app.rerank import Reranker
from app.search import Retriever
from app.stages import build_retriever, planning


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """A set of questions beside the database that should answer them."""

    questions: QuestionSet
    engine: Engine
    embedder: Embedder


def question_set(target: str, engine: Engine, *, drafts: bool = False) -> QuestionSet:
    """The golden set ("golden"), or a folder in BEIR's layout. Raises NotFoundError or SettingsError."""
    if target.casefold() == "golden" and not Path(target).is_dir():
        return of_golden(Golden(engine).questions(status=None if drafts else "accepted"))
    return of_folder(Path(target))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Where all questions of a run are searched."""

    collection: str | None = None  # for questions that name none themselves
    filters: Filters = NO_FILTERS

    def within(self, retriever: Retriever) -> Retriever:
        """The retriever, searching only here."""
        return _Narrowed(retriever, self)

    def values(self) -> dict[str, SettingValue]:
        """The scope beside the settings of a run, so that a comparison names a difference; empty when it is none."""
        criteria = ({"collection": self.collection} if self.collection else {}) | self.filters.criteria()
        return {"scope": json.dumps(criteria, sort_keys=True, ensure_ascii=False)} if criteria else {}


class _Narrowed:
    """A retriever that searches within a scope."""

    def __init__(self, retriever: Retriever, scope: Scope) -> None:
        self._retriever = retriever
        self._scope = scope

    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
        """See Retriever; filters given here are added to nothing, as no question of a set has its own."""
        narrowed = self._scope.filters if filters == NO_FILTERS else filters
        return self._retriever.retrieve(query, collection=collection or self._scope.collection, filters=narrowed)

    def describe(self, left_out: Sequence[LeftOut]) -> tuple[Hit, ...]:
        """See Retriever."""
        return self._retriever.describe(left_out)


@contextmanager
def bench(
    questions: QuestionSet, engine: Engine, embedder: Embedder, settings: Settings, *, keep: bool, report: Report
) -> Iterator[Bench]:
    """The questions with their database: the user's own for the golden set, a scratch database for a folder."""
    with corpus_of(questions, engine, embedder, settings, keep=keep, report=report) as corpus:
        yield Bench(questions=questions, engine=corpus, embedder=embedder)


EVERYWHERE = Scope()


def evaluate(
    bench: Bench,
    reranker: Reranker,
    settings: Settings,
    *,
    name: str,
    scope: Scope = EVERYWHERE,
    progress: Progress = silent,
) -> EvaluationRun:
    """Measure both stages as configured; a reranker with a time limit is measured with what it leaves unscored."""
    deeper = None
    if settings.leg_candidates > settings.candidates:
        deeper = scope.within(
            build_retriever(bench.engine, bench.embedder, settings, candidates=settings.leg_candidates)
        )
    stages = MeasuredStages(
        searcher=planning(scope.within(build_retriever(bench.engine, bench.embedder, settings)), reranker, settings),
        deeper=deeper,
        passages=settings.passages,
        floor=settings.relevance_floor,
    )
    results = measure(bench.questions.questions, stages, Judge(bench.engine), progress=progress)
    return EvaluationRun(
        name=name,
        target=bench.questions.name,
        corpus=bench.questions.digest,
        settings=shaping_values(settings, Shapes.RANKING) | scope.values(),
        reranker=reranker.name,
        questions=results,
        created_at=datetime.now(UTC),
    )
