"""Settings and a set of questions go in, a Run comes out: the real stages over the right database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from app.core.models.embedding import Embedder
from app.core.settings import Settings, Shapes, shaping_values
from app.quality.evaluation.judge import Judge
from app.quality.evaluation.measure import Stages, measure
from app.quality.evaluation.questions import QuestionSet, of_folder, of_golden
from app.quality.evaluation.run import Progress, Run, silent
from app.quality.evaluation.scratch import corpus_of
from app.quality.expected.golden import Golden
from app.rerank import Reranker
from app.stages import build_retriever

Report = Callable[[str], None]


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


@contextmanager
def bench(
    questions: QuestionSet, engine: Engine, embedder: Embedder, settings: Settings, *, keep: bool, report: Report
) -> Iterator[Bench]:
    """The questions with their database, which is the user's own for the golden set and a scratch one for a folder."""
    with corpus_of(questions, engine, embedder, settings, keep=keep, report=report) as corpus:
        yield Bench(questions=questions, engine=corpus, embedder=embedder)


def evaluate(place: Bench, reranker: Reranker, settings: Settings, *, name: str, progress: Progress = silent) -> Run:
    """Measure both stages as configured; a reranker with a time limit is measured with what it leaves unscored."""
    deeper = settings.leg_candidates > settings.candidates
    stages = Stages(
        retriever=build_retriever(place.engine, place.embedder, settings),
        deeper=build_retriever(place.engine, place.embedder, settings, candidates=settings.leg_candidates)
        if deeper
        else None,
        reranker=reranker,
        passages=settings.passages,
        floor=settings.relevance_floor,
    )
    results = measure(place.questions.questions, stages, Judge(place.engine), progress=progress)
    return Run(
        name=name,
        target=place.questions.name,
        corpus=place.questions.digest,
        settings=shaping_values(settings, Shapes.RANKING),
        reranker=reranker.name,
        questions=results,
        created_at=datetime.now(UTC),
    )
