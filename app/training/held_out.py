"""Groups kept out of training go in, one figure comes out: where does the answer stand among what was mined for it?"""

import random
from collections.abc import Sequence
from dataclasses import replace

import torch
from tokenizers import Tokenizer

from app.training.batches import QUERY_TOKENS, encode, pad, plain
from app.training.loss import score_all
from app.training.mine import Source
from app.training.modeling_pair import PairReranker

SHARE = 0.04  # of each source's groups
MOST = 25  # groups of one source: each costs as much as nine passages, before training and after
OTHERS = 4  # mined negatives of each leg
PASSAGE_TOKENS = 176


def split(sources: Sequence[Source], seed: int) -> tuple[list[Source], list[Source]]:
    """Sources for training and sources held out. All groups of a query go to one side."""
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, nothing secret
    kept, held = [], []
    for source in sources:
        queries = list(dict.fromkeys(group.query for group in source.groups))
        out = set(rng.sample(queries, min(MOST, int(len(queries) * SHARE))))
        kept.append(_part(source, [row for row, group in enumerate(source.groups) if group.query not in out]))
        held.append(_part(source, [row for row, group in enumerate(source.groups) if group.query in out]))
    return [source for source in kept if source.groups], [source for source in held if source.groups]


def mean_reciprocal_rank(model: PairReranker, tokenizer: Tokenizer, sources: Sequence[Source]) -> float:
    """Of the positive among its mined negatives, over all held-out groups; ties count against it. NaN without any."""
    ranks = [_rank(model, plain(tokenizer), source, row) for source in sources for row in range(len(source.groups))]
    return sum(1 / rank for rank in ranks) / len(ranks) if ranks else float("nan")


def _rank(model: PairReranker, tokenizer: Tokenizer, source: Source, row: int) -> int:
    group = source.groups[row]
    others = [
        one for one in dict.fromkeys((*group.by_vector[:OTHERS], *group.by_text[:OTHERS])) if one != group.positive
    ]
    device = model.log_scale.device
    queries = pad(encode(tokenizer, [group.query], QUERY_TOKENS)).to(device)
    texts = [source.passages[one] for one in (group.positive, *others)]
    passages = pad(encode(tokenizer, texts, PASSAGE_TOKENS)).to(device)
    with torch.no_grad():
        asked = model.encode(queries.ids, queries.mask)
        scores = score_all(model, queries, asked, [(passages, model.encode(passages.ids, passages.mask))], half=False)[
            0
        ]
    return 1 + int((scores[1:] >= scores[0]).sum())


def _part(source: Source, rows: Sequence[int]) -> Source:
    groups = tuple(source.groups[row] for row in rows)
    return replace(source, groups=groups, query_vectors=source.query_vectors[list(rows)])
