"""Mined sources go in, batches come out: token ids of queries and passages, and which of them answers which."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from app.quality.training.mine import Group, Matrix, Source

QUERY_TOKENS = 48  # [CLS] and [SEP] included
PASSAGE_TOKENS = (96, 112, 128, 128, 176)  # one is drawn for each batch
NEIGHBOURS = 16  # queries near each other that share a batch, so that its passages are hard for each other
SMALLEST = 8  # groups; fewer are not worth a step
UNMARKED = 0.4  # share of queries whose question mark is dropped
CASED = 0.15  # share of queries written all small, and as many all in capitals; an uncased base does not see it


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """Padded token ids and their mask, both int64 [texts, seq]."""

    ids: Tensor
    mask: Tensor

    def to(self, device: torch.device) -> "Texts":
        """The same on another device."""
        return Texts(ids=self.ids.to(device), mask=self.mask.to(device))


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Queries against passages of one source: first those with an answer, then those without one."""

    queries: Texts  # [answered + unanswered]
    passages: Texts  # in order of length
    target: Tensor  # int64 [answered]: the row of each query's own passage
    counts: Tensor  # bool [answered, passages]: False where a passage may answer without being marked
    beside: Tensor  # int64 [unanswered]: the answered query that is asked of the same passage


def plan(
    sources: Sequence[Source], weights: Mapping[str, float], size: int, rng: random.Random
) -> list[tuple[int, list[int]]]:
    """One pass over the data in random order: (position of the source, positions of its groups)."""
    batches: list[tuple[int, list[int]]] = []
    for position, source in enumerate(sources):
        weight = weights.get(source.name, 1.0)
        every = list(range(len(source.groups)))
        drawn = every * int(weight) + rng.sample(every, int(len(every) * (weight % 1)))
        queue = [one for cluster in _clusters(drawn, source.query_vectors, rng) for one in cluster]
        pieces = [queue[start : start + size] for start in range(0, len(queue), size)]
        batches += [(position, piece) for piece in pieces if len(piece) >= min(SMALLEST, len(queue))]
    rng.shuffle(batches)
    return batches


def _clusters(drawn: Sequence[int], vectors: Matrix, rng: random.Random) -> list[list[int]]:
    """Groups in clusters of near queries: a random one and the nearest that are still free, again and again."""
    mine = vectors[drawn]
    free = np.ones(len(drawn), bool)
    clusters = []
    for seed in rng.sample(range(len(drawn)), len(drawn)):
        if not free[seed]:
            continue
        near = np.where(free, mine @ mine[seed], -2.0)
        near[seed] = 2.0  # itself, whatever rounding says
        count = min(NEIGHBOURS, int(free.sum()))
        chosen = np.argpartition(-near, count - 1)[:count]
        free[chosen] = False
        clusters.append([drawn[one] for one in chosen])
    rng.shuffle(clusters)
    return clusters


class Batcher:
    """Turns a planned batch into tensors.

    Draws: which negatives, one unanswerable query for each group that has some, passage length, capitals and dropped
    question marks.
    """

    def __init__(self, tokenizer: Tokenizer, *, negatives: int, rng: random.Random) -> None:
        self._tokenizer = plain(tokenizer)
        self._negatives = negatives
        self._rng = rng

    def batch(self, source: Source, chosen: Sequence[int]) -> Batch:
        """Tensors for the chosen groups of one source, on the CPU."""
        groups = [source.groups[one] for one in chosen]
        rows: dict[int, int] = {}
        for group in groups:
            rows.setdefault(group.positive, len(rows))
        hard = [[rows.setdefault(one, len(rows)) for one in self._draw(group)] for group in groups]
        target = [rows[group.positive] for group in groups]
        counts = _counts(groups, target, hard, len(rows))
        length = self._rng.choice(PASSAGE_TOKENS)
        passages = self._encode([source.passages[one] for one in rows], length)
        order = sorted(range(len(passages)), key=lambda row: len(passages[row]))
        beside = [row for row, group in enumerate(groups) if group.unanswered]
        queries = [group.query for group in groups] + [self._rng.choice(groups[row].unanswered) for row in beside]
        return Batch(
            queries=pad(self._encode([self._augment(query) for query in queries], QUERY_TOKENS)),
            passages=pad([passages[row] for row in order]),
            target=torch.tensor([order.index(row) for row in target]),
            counts=counts[:, order],
            beside=torch.tensor(beside, dtype=torch.long),
        )

    def _draw(self, group: Group) -> list[int]:
        pools = [pool for pool in (group.by_vector, group.by_text) if pool]
        drawn = [self._rng.choice(self._rng.choice(pools)) for _ in range(self._negatives if pools else 0)]
        return list(dict.fromkeys(drawn))

    def _augment(self, query: str) -> str:
        draw = self._rng.random()
        cased = query.lower() if draw < CASED else query.upper() if draw > 1 - CASED else query
        return cased.rstrip("? ") or cased if self._rng.random() < UNMARKED else cased

    def _encode(self, texts: Sequence[str], length: int) -> list[list[int]]:
        return encode(self._tokenizer, texts, length)


def _counts(groups: Sequence[Group], target: Sequence[int], hard: Sequence[Sequence[int]], passages: int) -> Tensor:
    counts = torch.ones(len(groups), passages, dtype=torch.bool)
    same: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        same.setdefault(group.query, []).append(target[row])
    for row, group in enumerate(groups):
        if group.closed:
            counts[row] = False
            counts[row, list(hard[row])] = True
        counts[row, same[group.query]] = False
        counts[row, target[row]] = True
    return counts


def plain(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer without padding and truncation, both of which are done here."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_padding()
    copy.no_truncation()
    return copy


def encode(tokenizer: Tokenizer, texts: Sequence[str], length: int) -> list[list[int]]:
    """Token ids of single texts with their special tokens, at most `length` of them, the last one kept."""
    encoded = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    return [ids if len(ids) <= length else [*ids[: length - 1], ids[-1]] for ids in encoded]


def pad(rows: Sequence[Sequence[int]]) -> Texts:
    """Rows of ids as one padded tensor; id 0 is the padding token's."""
    longest = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return Texts(ids=ids, mask=mask)


def by_length(rows: Sequence[Sequence[int]], size: int) -> Iterator[list[int]]:
    """Positions of the rows in batches of similar length."""
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    for start in range(0, len(order), size):
        yield order[start : start + size]
