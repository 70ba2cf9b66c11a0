"""Settings, progress and result of a training run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSettings:
    """Settings of a run; the model card records them."""

    minutes: float = 60.0  # of training steps, without mining and export
    seed: int = 0
    batch_queries: int = 64
    negatives: int = 1  # mined negatives for each query, in addition to the other passages of the batch
    learning_rate: float = 5e-5  # of the encoder
    weight_rate: float = 5e-3  # of the token weights
    scale_rate: float = 3e-3  # of the two scales
    warmup_steps: int = 40
    averaging: float = 0.99  # decay of the running average of the weights, which becomes the result
    base_share: float = 0.4  # share of the base encoder in the resulting weights, which keeps what the pairs lack
    checkpoint_minutes: float = 5.0
    max_steps: int | None = None  # for tests; None: until the minutes are over
    mining_tokens: int = 96  # of a passage, when negatives are mined

    def as_json(self) -> dict[str, Any]:
        """Plain values, for checkpoints and the card."""
        return asdict(self)


@dataclass(kw_only=True, slots=True)
class Progress:
    """Progress of a run."""

    step: int = 0
    seconds: float = 0.0  # spent on steps, over all resumed runs
    trained_pairs: int = 0  # encoded passages, with repeats
    log: list[dict[str, Any]] = field(default_factory=list)  # step, minutes, loss, share of first places by source

    def share(self, settings: TrainingSettings) -> float:
        """Finished share of the run, 0..1: by time or by max_steps, whichever is larger."""
        by_clock = self.seconds / (settings.minutes * 60)
        by_steps = self.step / settings.max_steps if settings.max_steps else 0.0
        return min(1.0, max(by_clock, by_steps))


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingResult:
    """Files and figures of a finished run."""

    folder: Path  # the fp32 model, for sentence-transformers' CrossEncoder and for further training
    onnx_folder: Path  # the int8 model, for the product
    progress: Progress
    groups: Mapping[str, int]  # by source
    held_out: Mapping[str, float]  # MRR on held-out groups, before and after
