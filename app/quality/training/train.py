"""The training loop, with averaged weights and checkpoints."""

import math
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from app.quality.training.batches import Batcher, plan
from app.quality.training.data import RECIPES, TrainingError
from app.quality.training.loss import in_batch_loss
from app.quality.training.mine import Source
from app.quality.training.modeling_pair import PairReranker
from app.quality.training.settings import Progress, RunSettings, TrainingSettings

CHECKPOINT = "checkpoint.pt"
LOG_EVERY = 20  # steps
_LEAST_RATE = 0.05  # share of the learning rate at the end of the cosine
_CLIP = 1.0  # largest norm of the gradient
Report = Callable[[str], None]


class Trainer:
    """One run over mined sources; after a stop, another Trainer can `resume` from the last checkpoint."""

    def __init__(self, model: PairReranker, tokenizer: Tokenizer, settings: TrainingSettings, *, half: bool) -> None:
        self.progress = Progress()
        self._model = model
        self._settings = settings
        self._half = half
        self._rng = random.Random(settings.seed)  # noqa: S311  # a reproducible draw, nothing secret
        self._batcher = Batcher(tokenizer, negatives=settings.negatives, rng=self._rng)
        for parameter in (*model.bert.embeddings.parameters(), model.match_scale):
            parameter.requires_grad_(False)
        self._trained = {name: weights for name, weights in model.named_parameters() if weights.requires_grad}
        self._average = {name: weights.detach().clone() for name, weights in self._trained.items()}
        self._start = {name: weights.clone() for name, weights in self._average.items() if name.startswith("bert.")}
        self._optimizer, self._rates = _optimizer(model, settings)
        self._todo: list[tuple[int, list[int]]] = []

    def train(self, sources: Sequence[Source], checkpoint: Path, report: Report) -> None:
        """Run steps until the time is over; then set the resulting weights. A NaN loss raises TrainingError."""
        weights = {name: recipe.weight for name, recipe in RECIPES.items()}
        recent: dict[str, list[tuple[float, float]]] = {}
        saved = time.monotonic()
        while self.progress.share(self._settings) < 1.0:
            self._todo = self._todo or plan(sources, weights, self._settings.batch_queries, self._rng)
            if not self._todo:
                raise TrainingError("Too little data to fill one batch.", fix="Give more pairs or a smaller batch.")
            started = time.monotonic()
            position, chosen = self._todo.pop()
            recent.setdefault(sources[position].name, []).append(self._step(sources[position], chosen))
            self.progress.seconds += time.monotonic() - started
            if self.progress.step % LOG_EVERY == 0:
                report(self._logged(recent))
                recent = {}
            if time.monotonic() - saved > self._settings.checkpoint_minutes * 60:
                self.save(checkpoint)
                saved = time.monotonic()
        self.save(checkpoint)
        self._finish()

    def _step(self, source: Source, chosen: Sequence[int]) -> tuple[float, float]:
        share = rate_share(self.progress, self._settings)
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * share
        batch = self._batcher.batch(source, chosen)
        outcome = in_batch_loss(self._model, batch, half=self._half)
        loss = float(outcome.loss.detach())
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss became {loss} at step {self.progress.step}.", fix="Resume with a lower rate."
            )
        outcome.loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._trained.values(), _CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.progress.step += 1
        self.progress.trained_pairs += len(batch.passages.ids)
        decay = min(self._settings.averaging, (1 + self.progress.step) / (10 + self.progress.step))
        with torch.no_grad():
            for name, parameter in self._trained.items():
                self._average[name].lerp_(parameter, 1 - decay)
        return loss, outcome.first

    def _logged(self, recent: dict[str, list[tuple[float, float]]]) -> str:
        every = [pair for pairs in recent.values() for pair in pairs]
        entry = {
            "step": self.progress.step,
            "minutes": round(self.progress.seconds / 60, 2),
            "loss": _mean([loss for loss, _ in every]),
            "first": _mean([first for _, first in every]),
            "by_source": {name: _mean([loss for loss, _ in pairs]) for name, pairs in sorted(recent.items())},
        }
        self.progress.log.append(entry)
        return f"step {entry['step']}, {entry['minutes']} min: loss {entry['loss']}, own passage first {entry['first']}"

    def _finish(self) -> None:
        """Set the model to the averaged weights, the encoder's interpolated with the base (Wortsman et al. 2022)."""
        with torch.no_grad():
            for name, parameter in self._trained.items():
                parameter.copy_(self._average[name])
                if name in self._start:
                    parameter.lerp_(self._start[name], self._settings.base_share)

    def save(self, path: Path) -> None:
        """Write a checkpoint for `resume`; an interrupted write leaves the earlier file."""
        state: dict[str, Any] = {
            "model": self._model.state_dict(),
            "average": self._average,
            "optimizer": self._optimizer.state_dict(),
            "step": self.progress.step,
            "seconds": self.progress.seconds,
            "trained_pairs": self.progress.trained_pairs,
            "log": self.progress.log,
            "todo": self._todo,
            "settings": self._settings.as_json(),
        }
        scratch = path.with_suffix(".part")
        torch.save(state, scratch)
        scratch.replace(path)

    def resume(self, path: Path) -> None:
        """Continue from a checkpoint of `save`, data order included. Raises TrainingError when it does not fit."""
        try:
            state = torch.load(path, map_location=self._model.log_scale.device, weights_only=True)
            self._model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._average = state["average"]
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise TrainingError(
                f"The checkpoint {path} cannot be used ({error}).", fix="Delete it to start again."
            ) from error
        self.progress = Progress(**{name: state[name] for name in ("step", "seconds", "trained_pairs", "log")})
        self._todo = [(position, list(chosen)) for position, chosen in state["todo"]]
        # The draws inside a batch start from the step, so that two resumed runs agree.
        self._rng.seed(self._settings.seed * 1_000_003 + self.progress.step)


def _optimizer(model: PairReranker, settings: TrainingSettings) -> tuple[torch.optim.AdamW, list[float]]:
    encoder: list[Tensor] = [weights for weights in model.bert.parameters() if weights.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": encoder, "lr": settings.learning_rate, "weight_decay": 0.01},
        {"params": [model.token_log_weight], "lr": settings.weight_rate, "weight_decay": 0.0},
        {"params": [model.log_scale], "lr": settings.scale_rate, "weight_decay": 0.0},
        {"params": list(model.context_weight.parameters()), "lr": 1e-3, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98)), [group["lr"] for group in groups]


def rate_share(progress: Progress, settings: RunSettings) -> float:
    """Share of the full learning rate: a linear warm-up, then a cosine down to a twentieth."""
    warm = min(1.0, (progress.step + 1) / settings.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * progress.share(settings)))
    return warm * (cosine * (1 - _LEAST_RATE) + _LEAST_RATE)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
