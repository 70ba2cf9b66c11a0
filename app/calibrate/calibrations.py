"""The scales of the models in use on one corpus; each is measured when its model is first used there, and kept."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from threading import Lock

from sqlalchemy import Engine

from app.calibrate.calibration import Calibration, Kind, scale_of
from app.calibrate.measure import measure_embedding, measure_reranker
from app.calibrate.sample import FEWEST, Drawn, draw, passages_up_to
from app.calibrate.store import load_calibration, save_calibration
from app.core.acting import acting_as_owner
from app.core.models.embedding import Embedder
from app.core.models.find import BUILT_IN
from app.core.scale import AS_IS, Scale
from app.rerank import LateInteraction, Reranker

_GROWN = 4  # times as many passages: measured again, as a small corpus is a small sample
_LARGE = 2_000  # passages; a calibration on so many stays
_FEW = (
    "{} is not calibrated yet: that needs {} passages of at least two sections. Until then its scores are read as they "
    "are, and the relevance floor may not fit."
)
_NEW = "{} was calibrated on your documents: unrelated passages score {:.2f} on average, related ones {:.2f}."
_USELESS = "{} does not tell related passages from unrelated ones in your documents ({:.0%} of {} questions)"

Measure = Callable[[Sequence[Drawn], int], Calibration | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibrated:
    """What measuring a model on the corpus gave."""

    model: str
    kind: Kind
    own_scale: bool  # the floors were chosen for its scores as they are
    measured: Calibration | None  # None: too few passages, or a reranker that scores nothing

    @property
    def verdict(self) -> str:
        """How its scores are read, for people."""
        if self.measured is None:
            return (
                f"not measured: there are fewer than {FEWEST} passages of at least two sections, or it scores nothing."
            )
        if self.own_scale:
            return "floors and weights were chosen for its scores; they are read as they are."
        if not self.measured.separates:
            return "its scores do not tell related passages from unrelated ones in these documents; they are not used."
        scale = scale_of(self.measured, self.kind)
        return f"its scores are read as {scale.slope:.3g} × score {scale.shift:+.3g}."

    def as_json(self) -> dict[str, object]:
        """The same as JSON values."""
        return {
            "model": self.model,
            "kind": self.kind.value,
            "own_scale": self.own_scale,
            "measured": asdict(self.measured) if self.measured else None,
            "verdict": self.verdict,
        }


class Calibrations:
    """Scales by model. One object serves many threads: while it measures, the others wait."""

    def __init__(self, engine: Engine, embedder: Embedder) -> None:
        self._engine = engine
        self._embedder = embedder
        self._known: dict[str, tuple[Scale | None, str]] = {}  # by key; with the note of a useless model
        self._lock = Lock()

    def embedding(self) -> Scale:
        """The scale of cosines; as they are with the built-in model. Raises DatabaseError or ModelError."""
        name = self._embedder.name
        if name == BUILT_IN:
            return AS_IS
        scale, useless = self._scale(Kind.EMBEDDING, name, name, self._measure_embedding)
        return scale or Scale(note=f"{useless}: its scores are read as they are.")

    def reranker(self, reranker: Reranker) -> tuple[Scale | None, str]:
        """The scale of a reranker's logits; None and a note when they say nothing on this corpus."""
        kind = kind_of(reranker)
        return self._scale(
            kind,
            key_of(reranker),
            reranker.name,
            lambda drawn, passages: measure_reranker(reranker, drawn, passages=passages),
        )

    def renew(self, reranker: Reranker) -> tuple["Calibrated", ...]:
        """Measure the embedding model and the reranker again and keep the results. Raises DatabaseError, ModelError."""
        reranker = getattr(reranker, "uncalibrated", reranker)
        with self._lock:
            self._known.clear()
            drawn, passages = draw(self._engine), passages_up_to(self._engine, _GROWN * _LARGE)
            name = self._embedder.name
            by_cosine = Calibrated(
                model=name,
                kind=Kind.EMBEDDING,
                own_scale=name == BUILT_IN,
                measured=self._measure_embedding(drawn, passages),
            )
            by_logit = Calibrated(
                model=reranker.name,
                kind=kind_of(reranker),
                own_scale=has_own_scale(reranker),
                measured=measure_reranker(reranker, drawn, passages=passages),
            )
            for result, key in ((by_cosine, name), (by_logit, key_of(reranker))):
                if result.measured is not None:
                    save_calibration(self._engine, result.kind, key, result.measured)
        return by_cosine, by_logit

    def _measure_embedding(self, drawn: Sequence[Drawn], passages: int) -> Calibration | None:
        return measure_embedding(self._embedder, drawn, passages=passages)

    def _scale(self, kind: Kind, key: str, label: str, measure: Measure) -> tuple[Scale | None, str]:
        # The server's own work, whoever asks: the scale is of the whole corpus, and only its few numbers are kept.
        with self._lock, acting_as_owner():
            if key in self._known:
                return self._known[key]
            measured, new = self._kept(kind, key), False
            if measured is None:
                drawn, passages = draw(self._engine), passages_up_to(self._engine, _GROWN * _LARGE)
                measured, new = measure(drawn, passages), True
                if measured is None:
                    return Scale(note=_FEW.format(label, FEWEST)), ""
                save_calibration(self._engine, kind, key, measured)
            if not measured.separates:
                self._known[key] = None, _USELESS.format(label, measured.separation, measured.questions)
                return self._known[key]
            self._known[key] = scale_of(measured, kind), ""
            note = _NEW.format(label, measured.unrelated, measured.related) if new else ""
            return scale_of(measured, kind, note=note), ""

    def _kept(self, kind: Kind, key: str) -> Calibration | None:
        """The kept calibration, unless the corpus has grown so much since that it is measured again."""
        kept = load_calibration(self._engine, kind, key)
        if kept is None or kept.passages >= _LARGE:
            return kept
        limit = _GROWN * kept.passages
        return None if passages_up_to(self._engine, limit) >= limit else kept


def kind_of(reranker: Reranker) -> Kind:
    """Whose scores a reranker's logits are to be compared with."""
    return Kind.LATE_INTERACTION if isinstance(reranker, LateInteraction) else Kind.CROSS_ENCODER


def has_own_scale(reranker: Reranker) -> bool:
    """Whether floor and weights were fitted to a reranker's own scores, as with the built-in ones."""
    return bool(getattr(reranker, "own_scale", True))


def key_of(reranker: Reranker) -> str:
    """The name under which a reranker's calibration is kept: it tells two files of the same name apart."""
    return str(getattr(reranker, "key", reranker.name))
