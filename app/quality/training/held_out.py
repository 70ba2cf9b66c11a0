"""Groups held out of training, and the mean reciprocal rank of their positives among the mined negatives."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.quality.training.calibrate import candidates
from app.quality.training.mine import Source

SHARE = 0.04  # of each source's groups
Scoring = Callable[[str, Sequence[str]], Sequence[float]]  # a query and passages -> a score of each, higher is better
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


def mean_reciprocal_rank(score: Scoring, sources: Sequence[Source]) -> float:
    """MRR of the positive among its mined negatives, over all groups; ties count against it. NaN without groups."""
    ranks = [_rank(score, source, row) for source in sources for row in range(len(source.groups))]
    return sum(1 / rank for rank in ranks) / len(ranks) if ranks else float("nan")


def _rank(score: Scoring, source: Source, row: int) -> int:
    group = source.groups[row]
    own, *others = score(group.query, [source.passages[index] for index in candidates(group)])
    return 1 + sum(other >= own for other in others)


def _part(source: Source, rows: Sequence[int]) -> Source:
    groups = tuple(source.groups[row] for row in rows)
    return replace(source, groups=groups, query_vectors=source.query_vectors[list(rows)])
