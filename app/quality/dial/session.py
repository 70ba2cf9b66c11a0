"""Settings and questions go in, a Sweep comes out: the real retrievers and rerankers of every setting."""

from collections.abc import Sequence

from sqlalchemy import Engine

from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.quality.dial.cache import Cache
from app.quality.dial.measure import MINUTES, Listener, Measurer
from app.quality.dial.scorer import DEPTHS, Contender
from app.quality.dial.sweep import Sweep
from app.quality.dial.sweeps import save_sweep
from app.quality.evaluation.judge import Judge
from app.quality.evaluation.session import Bench
from app.rerank import build_reranker
from app.stages import build_retriever

SMALL = "late-interaction"


def sweep(
    place: Bench, home: Engine, settings: Settings, *, minutes: float = MINUTES, listener: Listener | None = None
) -> Sweep:
    """Measure every setting and keep the sweep. home: the user's own database, where scores and sweeps are kept.

    Raises Cancelled when the listener stopped it; what was scored is kept and the next sweep goes on from there.
    """
    found = build_measurer(place, home, settings, listener=listener).sweep(place.questions, minutes=minutes)
    save_sweep(home, found)
    return found


def build_measurer(
    place: Bench, home: Engine, settings: Settings, *, depths: Sequence[int] = DEPTHS, listener: Listener | None = None
) -> Measurer:
    """What measures a set of questions at each number of candidates."""
    retrievers = {depth: build_retriever(place.engine, place.embedder, settings, candidates=depth) for depth in depths}
    return Measurer(
        retrievers=retrievers,
        leg_candidates=settings.leg_candidates,
        contenders=contenders(settings, place.embedder),
        judge=Judge(place.engine),
        cache=Cache(home),
        listener=listener or Listener(),
    )


def contenders(settings: Settings, embedder: Embedder) -> Sequence[Contender]:
    """The fast reranker that needs no weights of its own, and the configured one, or the shipped one."""
    full = settings.reranker if settings.reranker not in ("none", SMALL) else "auto"
    return [
        Contender(
            label=label,
            setting=setting,
            reranker=build_reranker(setting, embedder, settings.data_dir, budget_ms=0),
        )
        for label, setting in (("small", SMALL), ("full", full))
    ]
