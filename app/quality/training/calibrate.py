"""Fits the weight of each kind of match in the logit, on a trained encoder and mined groups."""

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
_RIDGE = 1e-4  # weight of the squared scales in the loss
_MASKED = -1.0e4  # logit of a padded candidate


def candidates(group: Group) -> list[int]:
    """Positions of a group's passages to be ranked: its positive first, then mined negatives of both legs."""
    negatives = dict.fromkeys((*group.by_vector[:OTHERS], *group.by_text[:OTHERS]))
    return [group.positive, *(position for position in negatives if position != group.positive)]


def match(model: PairReranker, tokenizer: Tokenizer, query: str, passages: Sequence[str], *, half: bool) -> Tensor:
    """How well each passage matches the query in each of the model's ways: float32 [passages, ways], on the CPU.

    Query and passages are encoded separately, with the same result as packed pairs. half: bfloat16 autocast.
    """
    bare, device = plain(tokenizer), model.match_scale.device
    query_ids = pad(encode(bare, [query], QUERY_TOKENS)).to(device)
    passage_ids = pad(encode(bare, passages, PASSAGE_TOKENS)).to(device)
    with torch.no_grad():
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            query_vectors = model.encode(query_ids.ids, query_ids.mask).float()
            passage_vectors = model.encode(passage_ids.ids, passage_ids.mask).float()
        mask = query_ids.mask.float()
        weights = model.token_weights(query_ids.ids, query_vectors, mask)
        unit = nn.functional.normalize(query_vectors, dim=-1)
        similar = unit @ nn.functional.normalize(passage_vectors, dim=-1).transpose(1, 2)
        count = len(passages)
        return model.matches(similar, mask.expand(count, -1), passage_ids.mask.float(), weights.expand(count, -1)).cpu()


def calibrate(
    model: PairReranker, tokenizer: Tokenizer, sources: Sequence[Source], seed: int, *, half: bool
) -> dict[str, float]:
    """Set the model's match_scale and return it by name.

    The scales are at least 0 and minimise the softmax cross-entropy of each group's positive among its mined
    negatives; every source has the same weight.
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
    """(matches [groups, candidates, ways], the positive first; bool [groups, candidates], False for padding)."""
    rows = [
        match(model, tokenizer, group.query, [source.passages[index] for index in candidates(group)], half=half)
        for group in groups
    ]
    present = nn.utils.rnn.pad_sequence([torch.ones(len(row), dtype=torch.bool) for row in rows], batch_first=True)
    return nn.utils.rnn.pad_sequence(rows, batch_first=True), present


def _fit(parts: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    raw = torch.full((len(MATCHES),), 2.0, requires_grad=True)
    optimizer = torch.optim.LBFGS([raw], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        scale = nn.functional.softplus(raw)
        losses = [
            -(table @ scale).masked_fill(~present, _MASKED).log_softmax(1)[:, 0].mean() for table, present in parts
        ]
        loss = torch.stack(losses).mean() + _RIDGE * (scale**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return nn.functional.softplus(raw.detach())
