"""A batch goes in, its listwise loss comes out: every query against every passage of the batch."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from app.quality.training.batches import Batch, Texts
from app.quality.training.modeling_pair import PairReranker, pool

UNANSWERED = 0.3  # weight of the unanswerable queries' loss
_OUT = -1.0e4
_PARTS = 2  # the passages are encoded in parts of similar length, so that short ones carry little padding


@dataclass(frozen=True, slots=True)
class Outcome:
    """Loss to go backward from, and the share of queries whose own passage came first."""

    loss: Tensor
    first: float


def in_batch_loss(model: PairReranker, batch: Batch, *, half: bool) -> Outcome:
    """Softmax cross-entropy of each query's own passage among all that count for it. half: bfloat16 autocast.

    An unanswerable query has no passage to rank first; its score of the passage that it is put to is held below that
    of an answered query (RankNet's pairwise loss, times UNANSWERED).
    """
    device = model.log_scale.device
    queries = batch.queries.to(device)
    target, counts, beside = batch.target.to(device), batch.counts.to(device), batch.beside.to(device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
        asked = model.encode(queries.ids, queries.mask)
        told = [(part, model.encode(part.ids, part.mask)) for part in _parts(batch.passages.to(device))]
    scores = score_all(model, queries, asked.float(), told, half=half)
    answered, unanswered = scores[: len(target)].masked_fill(~counts, _OUT), scores[len(target) :]
    loss = nn.functional.cross_entropy(answered, target)
    if len(beside):
        passage = target[beside].unsqueeze(1)
        margin = unanswered.gather(1, passage) - answered[beside].gather(1, passage)
        loss = loss + UNANSWERED * nn.functional.softplus(margin).mean()
    return Outcome(loss, float((answered.argmax(1) == target).float().mean()))


def score_all(
    model: PairReranker, queries: Texts, asked: Tensor, told: list[tuple[Texts, Tensor]], *, half: bool
) -> Tensor:
    """Scores [queries, passages] from token vectors: scale[0] × MaxSim + scale[1] × cosine of the pooled vectors.

    The model's logit has finer matches, whose shares are fitted after training; every query against every passage of a
    batch, they would cost more than the encoder.
    """
    weights = model.token_weights(queries.ids, asked, queries.mask.float())
    unit, pooled = nn.functional.normalize(asked, dim=-1), pool(asked, queries.mask.float())
    width = unit.shape[-1]
    scale = model.log_scale.exp()
    columns = []
    for texts, vectors in told:
        tokens = nn.functional.normalize(vectors.float(), dim=-1)
        with torch.autocast(unit.device.type, dtype=torch.bfloat16, enabled=half):
            flat = unit.reshape(-1, width) @ tokens.reshape(-1, width).T
        similar = flat.view(*unit.shape[:2], *tokens.shape[:2])
        similar = similar + ((texts.mask.to(similar.dtype) - 1.0) * 2.0)
        maxsim = (similar.amax(-1).float() * weights.unsqueeze(-1)).sum(1)
        columns.append(scale[0] * maxsim + scale[1] * pooled @ pool(vectors.float(), texts.mask.float()).T)
    return torch.cat(columns, 1)


def _parts(passages: Texts) -> list[Texts]:
    size = -(-len(passages.ids) // _PARTS)
    parts = []
    for start in range(0, len(passages.ids), size):
        mask = passages.mask[start : start + size]
        longest = int(mask.sum(1).max())
        parts.append(Texts(ids=passages.ids[start : start + size, :longest], mask=mask[:, :longest]))
    return parts
