"""Measures a set of questions for `evaluate`: on the database as it is, or with the vectors of another model."""

from dataclasses import replace

from app.bootstrap import SearchServices
from app.commands.console import report
from app.commands.progress import progress_bar
from app.core.models.find import build_embedder
from app.present.filters import FilterOptions
from app.quality.evaluation.next_vectors import next_vectors, vector_bytes
from app.quality.evaluation.run import EvaluationRun
from app.quality.evaluation.session import Scope, bench, evaluate, question_set
from app.stages import build_stages


def measure(
    parts: SearchServices, target: str, filters: FilterOptions, *, name: str, drafts: bool, keep: bool
) -> EvaluationRun:
    """A run over the questions with everything as configured. Raises AppError."""
    scope = Scope(collection=filters.only_collection, filters=filters.parse())
    questions = question_set(target, parts.engine, drafts=drafts)
    with (
        bench(questions, parts.engine, parts.embedder, parts.settings, keep=keep, report=report) as corpus,
        progress_bar("evaluating") as progress,
    ):
        return evaluate(corpus, parts.searcher.reranker, parts.settings, name=name, scope=scope, progress=progress)


def measure_next(
    parts: SearchServices, model: str, before: EvaluationRun, filters: FilterOptions, *, drafts: bool
) -> EvaluationRun:
    """The golden questions on the vectors of another model, beside those in use; says what both take.

    Raises CorpusError when there are no such vectors.
    """
    embedder = build_embedder(model, parts.settings.data_dir, report=report)
    settings = parts.settings.model_copy(update={"embedding_model": model})
    with next_vectors(parts.engine, embedder) as engine:
        stages = build_stages(engine, embedder)
        searcher = stages.searcher(settings)
        other = replace(parts, engine=engine, embedder=embedder, stages=stages, searcher=searcher, settings=settings)
        run = measure(other, "golden", filters, name=embedder.name, drafts=drafts, keep=False)
    now, beside = (size / 2**20 for size in vector_bytes(parts.engine))
    report(f"Vectors with their index: {now:.1f} MiB now, {beside:.1f} MiB of {embedder.name}.")
    times = [1000 * one.percentile(0.5, None) for one in (before, run)]
    report(f"Half of the questions are searched within {times[0]:.0f} ms now, {times[1]:.0f} ms by {embedder.name}.")
    return run
