"""Groups kept out of training go in, one figure comes out: where does the answer stand among what was mined for it?"""

import random
from collections.abc import Sequence
from dataclasses import replace

from tokenizers import Tokenizer

from app.quality.training.calibrate import candidates, match
from app.quality.training.mine import Source
from app.quality.training.modeling_pair import PairReranker

SHARE = 0.04  # of each source's groups
MOST = 25  # groups of one source: each costs as much as nine passages, before training and after


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
    ranks = [_rank(model, tokenizer, source, row) for source in sources for row in range(len(source.groups))]
    return sum(1 / rank for rank in ranks) / len(ranks) if ranks else float("nan")


def _rank(model: PairReranker, tokenizer: Tokenizer, source: Source, row: int) -> int:
    group = source.groups[row]
    texts = [source.passages[one] for one in candidates(group)]
    scores = match(model, tokenizer, group.query, texts, half=False) @ model.match_scale.detach().cpu()
    return 1 + int((scores[1:] >= scores[0]).sum())


def _part(source: Source, rows: Sequence[int]) -> Source:
    groups = tuple(source.groups[row] for row in rows)
    return replace(source, groups=groups, query_vectors=source.query_vectors[list(rows)])
