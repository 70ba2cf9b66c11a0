"""Settings, progress and result of a training run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSettings:
    """Settings of any run; the model card records them."""

    minutes: float = 60.0  # of training steps, without mining and export
    seed: int = 0
    batch_queries: int = 64
    negatives: int = 1  # wrong passages for each query, in addition to others of the batch that count for it
    learning_rate: float = 5e-5  # of the encoder
    warmup_steps: int = 40
    averaging: float = 0.99  # decay of the running average of the weights, which becomes the result
    checkpoint_minutes: float = 5.0
    max_steps: int | None = None  # for tests; None: until the minutes are over
    mining_tokens: int = 96  # of a passage, when negatives are mined

    def as_json(self) -> dict[str, Any]:
        """Plain values, for checkpoints and the card."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSettings(RunSettings):
    """Settings of a late-interaction run."""

    weight_rate: float = 5e-3  # of the token weights
    scale_rate: float = 3e-3  # of the two scales
    base_share: float = 0.4  # share of the base encoder in the resulting weights, which keeps what the pairs lack


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossEncoderSettings(RunSettings):
    """Settings of a cross-encoder run. The built-in one was trained with 64 queries a batch and 1.5e-4 on a GPU."""

    batch_queries: int = 32
    negatives: int = 7
    learning_rate: float = 1e-4
    warmup_steps: int = 100
    averaging: float = 0.999
    smoothing: float = 0.02  # share of the target that all passages of a query divide among them
    binary_weight: float = 0.2  # of the binary cross-entropy, which makes logits of different queries comparable
    rescore_at: float = 0.55  # share of the run after which the model orders its negatives again
    rescore_share: float = 0.15  # time for that, as a share of the minutes
    drop_margin: float = 1.5  # a negative whose logit is so much above the positive's is probably right, and dropped


@dataclass(kw_only=True, slots=True)
class Progress:
    """Progress of a run."""

    step: int = 0
    seconds: float = 0.0  # spent on steps, over all resumed runs
    trained_pairs: int = 0  # encoded passages, with repeats
    log: list[dict[str, Any]] = field(default_factory=list)  # step, minutes, loss, share of first places by source

    def share(self, settings: RunSettings) -> float:
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
