"""A sweep with the real retrievers and rerankers of every setting."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Engine

from app.calibrate import Calibrations, calibrated
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.quality.dial.cache import Cache
from app.quality.dial.measure import MINUTES, Listener, Measurer, drawn
from app.quality.dial.scorer import DEPTHS, Contender
from app.quality.dial.sections import SectionMeasurer
from app.quality.dial.sweep import Sweep
from app.quality.dial.sweeps import save_sweep
from app.quality.evaluation.judge import Judge
from app.quality.evaluation.session import Bench
from app.rerank import build_reranker
from app.sections import Sections
from app.stages import build_retriever, build_stages
from app.widen import Widener

_SECTIONS_SHARE = 0.1  # of the minutes, for section context
SMALL, CROSS = "late-interaction", "cross-encoder"


def sweep(
    bench: Bench, home: Engine, settings: Settings, *, minutes: float = MINUTES, listener: Listener | None = None
) -> Sweep:
    """Measure every setting and store the sweep. home: the user's own database, where scores and sweeps are stored.

    Raises Cancelled when the listener stopped it; its scores are kept and the next sweep continues from them.
    """
    listener = listener or Listener()
    measurer = build_measurer(bench, home, settings, listener=listener)
    result = measurer.sweep(bench.questions, minutes=(1 - _SECTIONS_SHARE) * minutes)
    sections = _sections(bench, settings).measure(
        drawn(bench.questions), seconds=60 * _SECTIONS_SHARE * minutes, listener=listener
    )
    result = replace(result, sections=sections)
    save_sweep(home, result)
    return result


def _sections(bench: Bench, settings: Settings) -> SectionMeasurer:
    """The measurer of section context over the configured stages."""
    stages = build_stages(bench.engine, bench.embedder)
    return SectionMeasurer(
        searcher=stages.searcher(settings),
        judge=Judge(bench.engine).judge,
        widener=partial(_widener, Sections(bench.engine)),
        count_tokens=stages.count_tokens,
        settings=settings,
    )


def _widener(sections: Sections, tokens: int) -> Widener:
    return Widener(sections, tokens=tokens)


def build_measurer(
    bench: Bench, home: Engine, settings: Settings, *, depths: Sequence[int] = DEPTHS, listener: Listener | None = None
) -> Measurer:
    """The measurer of a set of questions, with a retriever for each number of candidates."""
    retrievers = {depth: build_retriever(bench.engine, bench.embedder, settings, candidates=depth) for depth in depths}
    return Measurer(
        retrievers=retrievers,
        leg_candidates=settings.leg_candidates,
        contenders=contenders(settings, bench.embedder, Calibrations(bench.engine, bench.embedder)),
        judge=Judge(bench.engine),
        cache=Cache(home),
        listener=listener or Listener(),
    )


def contenders(settings: Settings, embedder: Embedder, calibrations: Calibrations) -> Sequence[Contender]:
    """The reranker without weights of its own, the configured one (else auto), and the shipped cross-encoder."""
    full = settings.reranker if settings.reranker not in ("none", SMALL, CROSS) else "auto"
    return [
        Contender(
            label=label,
            setting=setting,
            reranker=calibrated(build_reranker(setting, embedder, settings.data_dir, budget_ms=0), calibrations),
        )
        for label, setting in (("small", SMALL), ("full", full), ("cross", CROSS))
    ]
