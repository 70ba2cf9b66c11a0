"""Distillation of a trained reranker into one with fewer layers.

The student starts with some of the teacher's layers. Without any labels it learns to produce the teacher's token
vectors from plain texts.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig

from app.quality.training.batches import encode, pad, plain
from app.quality.training.data import TrainingError
from app.quality.training.modeling_pair import PairReranker
from app.quality.training.train import Report

LOG_EVERY = 20  # steps


@dataclass(frozen=True, kw_only=True, slots=True)
class DistilSettings:
    """Settings of a distillation."""

    layers: int = 3  # of the teacher's, evenly spaced, the first and the last included
    minutes: float = 20.0
    learning_rate: float = 2e-4
    batch_texts: int = 64
    tokens: tuple[int, ...] = (24, 96, 128, 160)  # one is drawn for each batch
    seed: int = 0
    max_steps: int | None = None  # for tests


def distil(
    teacher: PairReranker,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    settings: DistilSettings,
    *,
    half: bool,
    report: Report,
) -> PairReranker:
    """The student, with the teacher's head. Raises TrainingError without texts or with too many layers."""
    count = teacher.config.num_hidden_layers
    if not texts or settings.layers >= count:
        raise TrainingError(f"Distillation needs texts, and fewer layers than the {count} of the trained model.")
    student = _student(teacher, spread(count, settings.layers))
    trained = list(student.bert.encoder.requires_grad_(True).parameters())
    optimizer = torch.optim.AdamW(trained, lr=settings.learning_rate, weight_decay=0.01)
    rng = random.Random(settings.seed)  # noqa: S311  # a reproducible draw, nothing secret
    single, started = plain(tokenizer), time.monotonic()
    step, losses = 0, list[float]()
    while True:
        by_steps = step / settings.max_steps if settings.max_steps else 0.0
        share = max((time.monotonic() - started) / (settings.minutes * 60), by_steps)
        if share >= 1.0:
            return student
        optimizer.param_groups[0]["lr"] = settings.learning_rate * min(1.0, (step + 1) / 20) * (1.0 - 0.95 * share)
        drawn = rng.sample(texts, min(settings.batch_texts, len(texts)))
        batch = pad(encode(single, drawn, rng.choice(settings.tokens)))
        losses.append(_step(teacher, student, batch.ids, batch.mask, half=half))
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        if step % LOG_EVERY == 0:
            minutes = (time.monotonic() - started) / 60
            report(f"distil step {step}, {minutes:.1f} min: 1 - cosine {sum(losses) / len(losses):.4f}")
            losses.clear()


def spread(count: int, layers: int) -> tuple[int, ...]:
    """Indexes of the layers that are kept of `count`: 0, 2 and 5 for three of six."""
    if layers == 1:
        return (count - 1,)
    return tuple(round(index * (count - 1) / (layers - 1)) for index in range(layers))


def _step(teacher: PairReranker, student: PairReranker, ids: Tensor, mask: Tensor, *, half: bool) -> float:
    """Loss and gradients of one batch: mean over tokens of 1 - cosine of the two models' vectors."""
    device = student.log_scale.device
    ids, mask = ids.to(device), mask.to(device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
        with torch.no_grad():
            target = teacher.encode(ids, mask)
        output = student.encode(ids, mask)
    similarity = nn.functional.cosine_similarity(output.float(), target.float(), dim=-1)
    loss = ((1.0 - similarity) * mask).sum() / mask.sum()
    loss.backward()  # type: ignore[no-untyped-call]
    return float(loss.detach())


def _student(teacher: PairReranker, keep: Sequence[int]) -> PairReranker:
    config = BertConfig(**teacher.config.to_dict())
    config.num_hidden_layers = len(keep)
    student = PairReranker(config)
    state = {name: tensor for name, tensor in teacher.state_dict().items() if ".encoder.layer." not in name}
    for index, layer in enumerate(keep):
        source = teacher.bert.encoder.layer[layer].state_dict()
        state |= {f"bert.encoder.layer.{index}.{name}": tensor for name, tensor in source.items()}
    student.load_state_dict(state)
    student.train(False)
    student.requires_grad_(False)
    return nn.Module.to(student, teacher.log_scale.device)
