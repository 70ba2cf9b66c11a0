"""The training loop of a cross-encoder: each query's passage is ranked among wrong ones, mined and random."""

import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertForSequenceClassification

from app.quality.training.data import TrainingError
from app.quality.training.mine import Source
from app.quality.training.pairs import SPLIT, Item, Packer, Pair, draw_wrong, items_of, plan, unmarked
from app.quality.training.settings import CrossEncoderSettings, Progress
from app.quality.training.train import LOG_EVERY, Report, rate_share

_CLIP = 1.0  # largest norm of the gradient
_MASKED = -1.0e4  # logit of a missing negative
_SCORED_PAIRS = 64  # in one pass without gradients
_RESCORED_ITEMS = 16  # between two looks at the clock


class CrossTrainer:
    """One run over mined sources; after a stop, another one can `resume` from the last checkpoint."""

    def __init__(
        self,
        model: BertForSequenceClassification,
        tokenizer: Tokenizer,
        sources: Sequence[Source],
        settings: CrossEncoderSettings,
        *,
        half: bool,
    ) -> None:
        self.progress = Progress()
        self._model, self._settings, self._half = model, settings, half
        self._device = next(model.parameters()).device
        self._rng = random.Random(settings.seed)  # noqa: S311  # a reproducible draw, nothing secret
        self._items = items_of(sources)
        self._packer = Packer(tokenizer, [passage for source in sources for passage in source.passages])
        self._average = {name: weights.detach().clone() for name, weights in model.named_parameters()}
        self._optimizer = _optimizer(model, settings)
        self._todo: list[list[int]] = []
        self._rescored = False

    def train(self, checkpoint: Path, report: Report) -> None:
        """Run steps until the time is over; then set the averaged weights. A NaN loss raises TrainingError."""
        if not self._items:
            raise TrainingError("No query has a passage to learn from.", fix="Give more pairs.")
        recent, saved = list[float](), time.monotonic()
        self._model.train()
        while (share := self.progress.share(self._settings)) < 1.0:
            if share >= self._settings.rescore_at and not self._rescored:
                self._rescore(report)
            started = time.monotonic()
            self._todo = self._todo or plan(self._items, self._settings.batch_queries, self._rng)
            recent.append(self._step([self._items[number] for number in self._todo.pop()]))
            self.progress.seconds += time.monotonic() - started
            if self.progress.step % LOG_EVERY == 0:
                report(self._logged(recent))
                recent = []
            if time.monotonic() - saved > self._settings.checkpoint_minutes * 60:
                self.save(checkpoint)
                saved = time.monotonic()
        self.save(checkpoint)
        with torch.no_grad():
            for name, parameter in self._model.named_parameters():
                parameter.copy_(self._average[name])
        self._model.train(False)

    def _step(self, items: Sequence[Item]) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * rate_share(self.progress, self._settings)
        lists, pairs = self._drawn(items)
        logits = self._logits(pairs, parts=SPLIT)
        loss = listwise_loss(
            [logits[start:end] for start, end in lists],
            logits[lists[-1][1] :],
            smoothing=self._settings.smoothing,
            binary_weight=self._settings.binary_weight,
        )
        if not math.isfinite(value := float(loss.detach())):
            raise TrainingError(f"The loss became {value} at step {self.progress.step}.", fix="Train at a lower rate.")
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._model.parameters(), _CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.progress.step += 1
        self.progress.trained_pairs += len(pairs)
        decay = min(self._settings.averaging, (1 + self.progress.step) / (50 + self.progress.step))
        with torch.no_grad():
            for name, parameter in self._model.named_parameters():
                self._average[name].lerp_(parameter, 1 - decay)
        return value

    def _drawn(self, items: Sequence[Item]) -> tuple[list[tuple[int, int]], list[Pair]]:
        """Start and end of each item's pairs, its own passage first; after all of them, unanswerable queries' pairs."""
        lists, pairs = list[tuple[int, int]](), list[Pair]()
        for item in items:
            query = unmarked(item.query, self._rng)
            passages = [item.right, *draw_wrong(item, self._settings.negatives, self._rng)]
            lists.append((len(pairs), len(pairs) + len(passages)))
            pairs += [(query, passage) for passage in passages]
        pairs += [(self._rng.choice(item.unanswered), item.right) for item in items if item.unanswered]
        return lists, pairs

    def _logits(self, pairs: Sequence[Pair], *, parts: int) -> Tensor:
        """Logits of the pairs, float32 [pairs]."""
        rows, values = list[int](), list[Tensor]()
        for chosen, inputs in self._packer.batches(pairs, parts=parts):
            with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._half):
                output = self._model(**{name: value.to(self._device) for name, value in inputs.items()})
            rows += chosen
            values.append(output.logits.squeeze(-1).float())
        order = torch.tensor(rows, device=self._device).argsort()
        return torch.cat(values)[order]

    def _rescore(self, report: Report) -> None:
        """Order the mined negatives of as many items as the time allows by the model; drop those probably right."""
        self._model.train(False)
        self._rescored = True
        until = time.monotonic() + 60 * self._settings.minutes * self._settings.rescore_share
        chosen = [item for item in self._items if item.wrong]
        self._rng.shuffle(chosen)
        done = dropped = 0
        for start in range(0, len(chosen), _RESCORED_ITEMS):
            if time.monotonic() > until:
                break
            group = chosen[start : start + _RESCORED_ITEMS]
            pairs = [(item.query, passage) for item in group for passage in (item.right, *item.wrong)]
            with torch.no_grad():
                logits = self._logits(pairs, parts=math.ceil(len(pairs) / _SCORED_PAIRS)).tolist()
            for item in group:
                own, *others = logits[: 1 + len(item.wrong)]
                logits = logits[1 + len(item.wrong) :]
                ranked = sorted(zip(others, item.wrong, strict=True), reverse=True)
                kept = [passage for logit, passage in ranked if logit < own + self._settings.drop_margin]
                dropped += len(item.wrong) - len(kept)
                item.wrong = kept
            done += len(group)
        self._model.train()
        report(f"negatives of {done} of {len(self._items)} queries scored again, {dropped} dropped as probably right")

    def _logged(self, recent: Sequence[float]) -> str:
        minutes, loss = round(self.progress.seconds / 60, 2), round(sum(recent) / len(recent), 4)
        self.progress.log.append({"step": self.progress.step, "minutes": minutes, "loss": loss})
        return f"step {self.progress.step}, {minutes} min: loss {loss}"

    def save(self, path: Path) -> None:
        """Write a checkpoint for `resume`; an interrupted write leaves the earlier file."""
        state: dict[str, Any] = {
            "model": self._model.state_dict(),
            "average": self._average,
            "optimizer": self._optimizer.state_dict(),
            "progress": [self.progress.step, self.progress.seconds, self.progress.trained_pairs, self.progress.log],
            "todo": self._todo,
            "wrong": [item.wrong for item in self._items],
            "rescored": self._rescored,
        }
        scratch = path.with_suffix(".part")
        torch.save(state, scratch)
        scratch.replace(path)

    def resume(self, path: Path) -> None:
        """Continue from a checkpoint of `save`. Raises TrainingError when it does not fit."""
        try:
            state = torch.load(path, map_location=self._device, weights_only=True)
            self._model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._average, self._todo, self._rescored = state["average"], state["todo"], state["rescored"]
            for item, wrong in zip(self._items, state["wrong"], strict=True):
                item.wrong = wrong
            step, seconds, pairs, log = state["progress"]
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise TrainingError(
                f"The checkpoint {path} cannot be used ({error}).", fix="Delete it to start again."
            ) from error
        self.progress = Progress(step=step, seconds=seconds, trained_pairs=pairs, log=log)
        self._rng.seed(self._settings.seed * 1_000_003 + step)


def listwise_loss(lists: Sequence[Tensor], unanswered: Tensor, *, smoothing: float, binary_weight: float) -> Tensor:
    """Cross-entropy of the first logit of each list among the list, plus binary cross-entropy of every logit.

    unanswered: logits of pairs that are wrong and belong to no list; they count in the binary part only.
    """
    logits = nn.utils.rnn.pad_sequence(list(lists), batch_first=True, padding_value=_MASKED)
    present = logits > _MASKED
    shares = logits.log_softmax(1)
    even = (shares * present).sum(1) / present.sum(1)
    ranking = -((1 - smoothing) * shares[:, 0] + smoothing * even).mean()
    target = torch.zeros_like(logits)
    target[:, 0] = 1.0
    flat = torch.cat([logits[present], unanswered])
    wanted = torch.cat([target[present], torch.zeros_like(unanswered)])
    return ranking + binary_weight * nn.functional.binary_cross_entropy_with_logits(flat, wanted)


def _optimizer(model: nn.Module, settings: CrossEncoderSettings) -> torch.optim.AdamW:
    matrices = [weights for weights in model.parameters() if weights.dim() > 1]
    others = [weights for weights in model.parameters() if weights.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.98))
