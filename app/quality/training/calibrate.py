"""A trained encoder and mined groups go in, how much each kind of match counts in the logit comes out."""

import random
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from app.quality.training.batches import QUERY_TOKENS, encode, pad, plain
from app.quality.training.mine import Group, Source
from app.quality.training.modeling_pair import MATCHES, PairReranker

PASSAGE_TOKENS = 176
OTHERS = 4  # mined negatives of each leg
GROUPS = 120  # of each source, drawn at random
_RIDGE = 1e-4
_OUT = -1.0e4


def candidates(group: Group) -> list[int]:
    """Positions of a group's positive, first, and of the negatives it is told from."""
    others = dict.fromkeys((*group.by_vector[:OTHERS], *group.by_text[:OTHERS]))
    return [group.positive, *(one for one in others if one != group.positive)]


def match(model: PairReranker, tokenizer: Tokenizer, query: str, passages: Sequence[str], *, half: bool) -> Tensor:
    """How well each passage matches the query in each of the model's ways: float32 [passages, ways], on the CPU.

    The texts are encoded apart, which gives what a packed pair gives. half: bfloat16 autocast.
    """
    bare, device = plain(tokenizer), model.match_scale.device
    asked = pad(encode(bare, [query], QUERY_TOKENS)).to(device)
    told = pad(encode(bare, passages, PASSAGE_TOKENS)).to(device)
    with torch.no_grad():
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            asks, tells = model.encode(asked.ids, asked.mask).float(), model.encode(told.ids, told.mask).float()
        mask = asked.mask.float()
        weights = model.token_weights(asked.ids, asks, mask)
        unit = nn.functional.normalize(asks, dim=-1)
        similar = unit @ nn.functional.normalize(tells, dim=-1).transpose(1, 2)
        count = len(passages)
        return model.matches(similar, mask.expand(count, -1), told.mask.float(), weights.expand(count, -1)).cpu()


def calibrate(
    model: PairReranker, tokenizer: Tokenizer, sources: Sequence[Source], seed: int, *, half: bool
) -> dict[str, float]:
    """Set the model's match_scale and return it by name: the scales, none below 0, under which the positives of the
    groups are likeliest among their mined negatives (softmax cross-entropy, every source weighing the same).
    """
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, nothing secret
    parts = []
    for source in sources:
        usable = [group for group in source.groups if len(candidates(group)) > 1]
        drawn = rng.sample(usable, min(GROUPS, len(usable)))
        if drawn:
            parts.append(_table(model, tokenizer, source, drawn, half=half))
    if parts:
        with torch.no_grad():
            model.match_scale.copy_(_fit(parts))
    return {name: round(float(scale), 2) for name, scale in zip(MATCHES, model.match_scale.detach(), strict=True)}


def _table(
    model: PairReranker, tokenizer: Tokenizer, source: Source, groups: Sequence[Group], *, half: bool
) -> tuple[Tensor, Tensor]:
    """Matches [groups, candidates, ways], the positive first, and which of the candidates are there."""
    rows = [
        match(model, tokenizer, group.query, [source.passages[one] for one in candidates(group)], half=half)
        for group in groups
    ]
    there = nn.utils.rnn.pad_sequence([torch.ones(len(row), dtype=torch.bool) for row in rows], batch_first=True)
    return nn.utils.rnn.pad_sequence(rows, batch_first=True), there


def _fit(parts: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    raw = torch.full((len(MATCHES),), 2.0, requires_grad=True)
    optimizer = torch.optim.LBFGS([raw], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        scale = nn.functional.softplus(raw)
        losses = [-(table @ scale).masked_fill(~there, _OUT).log_softmax(1)[:, 0].mean() for table, there in parts]
        loss = torch.stack(losses).mean() + _RIDGE * (scale**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return nn.functional.softplus(raw.detach())
