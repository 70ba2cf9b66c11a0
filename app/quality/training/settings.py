"""What one training run is told, and what it knows of itself between steps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSettings:
    """Settings of a run; the model card records them."""

    minutes: float = 60.0  # of training steps, mining and export not counted
    seed: int = 0
    batch_queries: int = 64
    negatives: int = 1  # mined ones for each query; the other passages of the batch come on top
    learning_rate: float = 5e-5  # of the encoder
    weight_rate: float = 5e-3  # of the token weights
    scale_rate: float = 3e-3  # of the two scales
    warmup_steps: int = 40
    averaging: float = 0.99  # decay of the running average of the weights, which is what is kept
    base_share: float = 0.4  # of the base encoder in the weights that are kept: it knows more than the pairs tell
    checkpoint_minutes: float = 5.0
    max_steps: int | None = None  # for tests; None: until the minutes are over
    mining_tokens: int = 96  # of a passage, when negatives are mined

    def as_json(self) -> dict[str, Any]:
        """Plain values, for checkpoints and the card."""
        return asdict(self)


@dataclass(kw_only=True, slots=True)
class Progress:
    """How far a run is."""

    step: int = 0
    seconds: float = 0.0  # spent on steps, over all sittings
    trained_pairs: int = 0  # passages that were encoded, with repeats
    log: list[dict[str, Any]] = field(default_factory=list)  # step, minutes, loss, share of first places by source

    def share(self, settings: TrainingSettings) -> float:
        """0..1 of the run that is over, by the clock or by max_steps, whichever is further."""
        by_clock = self.seconds / (settings.minutes * 60)
        by_steps = self.step / settings.max_steps if settings.max_steps else 0.0
        return min(1.0, max(by_clock, by_steps))


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingResult:
    """What a run leaves behind."""

    folder: Path  # the fp32 model, for sentence-transformers' CrossEncoder and for going on
    onnx_folder: Path  # the int8 model, for the product
    progress: Progress
    groups: Mapping[str, int]  # by source
    held_out: Mapping[str, float]  # MRR on held-out groups, before and after
