"""Groups held out of training, and the mean reciprocal rank of their positives among the mined negatives."""

import random
from collections.abc import Sequence
from dataclasses import replace

from tokenizers import Tokenizer

from app.quality.training.calibrate import candidates, match
from app.quality.training.mine import Source
from app.quality.training.modeling_pair import PairReranker

SHARE = 0.04  # of each source's groups
MOST = 25  # queries of one source: each group costs as much as nine passages, before training and after


def split(sources: Sequence[Source], seed: int) -> tuple[list[Source], list[Source]]:
    """Sources for training and sources held out. All groups of a query go to one side."""
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, nothing secret
    training, held_out = [], []
    for source in sources:
        queries = list(dict.fromkeys(group.query for group in source.groups))
        drawn = set(rng.sample(queries, min(MOST, int(len(queries) * SHARE))))
        training.append(_part(source, [row for row, group in enumerate(source.groups) if group.query not in drawn]))
        held_out.append(_part(source, [row for row, group in enumerate(source.groups) if group.query in drawn]))
    return [source for source in training if source.groups], [source for source in held_out if source.groups]


def mean_reciprocal_rank(model: PairReranker, tokenizer: Tokenizer, sources: Sequence[Source]) -> float:
    """MRR of the positive among its mined negatives, over all groups; ties count against it. NaN without groups."""
    ranks = [_rank(model, tokenizer, source, row) for source in sources for row in range(len(source.groups))]
    return sum(1 / rank for rank in ranks) / len(ranks) if ranks else float("nan")


def _rank(model: PairReranker, tokenizer: Tokenizer, source: Source, row: int) -> int:
    group = source.groups[row]
    texts = [source.passages[index] for index in candidates(group)]
    scores = match(model, tokenizer, group.query, texts, half=False) @ model.match_scale.detach().cpu()
    return 1 + int((scores[1:] >= scores[0]).sum())


def _part(source: Source, rows: Sequence[int]) -> Source:
    groups = tuple(source.groups[row] for row in rows)
    return replace(source, groups=groups, query_vectors=source.query_vectors[list(rows)])
