"""Listwise loss of a batch: every query is scored against every passage of the batch."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from app.quality.training.batches import Batch, Texts
from app.quality.training.modeling_pair import PairReranker, pool

UNANSWERED = 0.3  # weight of the unanswerable queries' loss
_MASKED = -1.0e4  # score of a passage that does not count for a query
_PARTS = 2  # in which the passages, sorted by length, are encoded, so that short ones have little padding


@dataclass(frozen=True, slots=True)
class Outcome:
    """The loss, and the share of queries whose own passage has the highest score."""

    loss: Tensor
    first: float


def in_batch_loss(model: PairReranker, batch: Batch, *, half: bool) -> Outcome:
    """Softmax cross-entropy of each query's own passage among all that count for it. half: bfloat16 autocast.

    An unanswerable query has no passage to rank first. Its score for the passage that it is paired with should be below
    that of the answered query (RankNet's pairwise loss, times UNANSWERED).
    """
    device = model.log_scale.device
    queries = batch.queries.to(device)
    target, counts, beside = batch.target.to(device), batch.counts.to(device), batch.beside.to(device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
        query_vectors = model.encode(queries.ids, queries.mask)
        parts = [(part, model.encode(part.ids, part.mask)) for part in _parts(batch.passages.to(device))]
    scores = score_all(model, queries, query_vectors.float(), parts, half=half)
    answered, unanswered = scores[: len(target)].masked_fill(~counts, _MASKED), scores[len(target) :]
    loss = nn.functional.cross_entropy(answered, target)
    if len(beside):
        passage = target[beside].unsqueeze(1)
        margin = unanswered.gather(1, passage) - answered[beside].gather(1, passage)
        loss = loss + UNANSWERED * nn.functional.softplus(margin).mean()
    return Outcome(loss, float((answered.argmax(1) == target).float().mean()))


def score_all(
    model: PairReranker, queries: Texts, query_vectors: Tensor, parts: list[tuple[Texts, Tensor]], *, half: bool
) -> Tensor:
    """Scores [queries, passages] from token vectors: scale[0] × MaxSim + scale[1] × cosine of the pooled vectors.

    parts: passages with their token vectors [passages, seq, hidden]. The model's logit has finer kinds of match, whose
    weights are fitted after training: for every query and passage of a batch they would cost more than the encoder.
    """
    mask = queries.mask.float()
    weights = model.token_weights(queries.ids, query_vectors, mask)
    unit, pooled = nn.functional.normalize(query_vectors, dim=-1), pool(query_vectors, mask)
    width = unit.shape[-1]
    scale = model.log_scale.exp()
    columns = []
    for texts, vectors in parts:
        tokens = nn.functional.normalize(vectors.float(), dim=-1)
        with torch.autocast(unit.device.type, dtype=torch.bfloat16, enabled=half):
            flat = unit.reshape(-1, width) @ tokens.reshape(-1, width).T
        similar = flat.view(*unit.shape[:2], *tokens.shape[:2])
        similar = similar + ((texts.mask.to(similar.dtype) - 1.0) * 2.0)
        maxsim = (similar.amax(-1).float() * weights.unsqueeze(-1)).sum(1)
        columns.append(scale[0] * maxsim + scale[1] * pooled @ pool(vectors.float(), texts.mask.float()).T)
    return torch.cat(columns, 1)


def _parts(passages: Texts) -> list[Texts]:
    size = math.ceil(len(passages.ids) / _PARTS)
    parts = []
    for start in range(0, len(passages.ids), size):
        mask = passages.mask[start : start + size]
        longest = int(mask.sum(1).max())
        parts.append(Texts(ids=passages.ids[start : start + size, :longest], mask=mask[:, :longest]))
    return parts
