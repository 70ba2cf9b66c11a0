"""Training batches from mined sources: token ids of queries and passages, and the passage that answers each query."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from app.quality.training.mine import Group, Matrix, Source

QUERY_TOKENS = 48  # [CLS] and [SEP] included
PASSAGE_TOKENS = (96, 112, 128, 128, 176)  # one length is drawn for each batch
NEIGHBOURS = 16  # similar queries that share a batch, so that their passages are hard negatives for each other
SMALLEST = 8  # groups of a batch; smaller ones are skipped
UNMARKED = 0.4  # share of queries whose question mark is dropped
CASED = 0.15  # share of queries in lower case, and the same share in upper case; no effect on an uncased base


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """Padded token ids and their mask, both int64 [texts, seq]."""

    ids: Tensor
    mask: Tensor

    def to(self, device: torch.device) -> "Texts":
        """A copy on another device."""
        return Texts(ids=self.ids.to(device), mask=self.mask.to(device))


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Queries and passages of one source; queries with an answer come first, then those without one."""

    queries: Texts  # [answered + unanswered]
    passages: Texts  # in order of length
    target: Tensor  # int64 [answered]: the row of each query's own passage
    counts: Tensor  # bool [answered, passages]: False where a passage may answer without being marked
    beside: Tensor  # int64 [unanswered]: row of the answered query for the same passage


def plan(
    sources: Sequence[Source], weights: Mapping[str, float], size: int, rng: random.Random
) -> list[tuple[int, list[int]]]:
    """One pass over the data in random order: (index of the source, indexes of its groups) of each batch."""
    batches: list[tuple[int, list[int]]] = []
    for position, source in enumerate(sources):
        weight = weights.get(source.name, 1.0)
        groups = list(range(len(source.groups)))
        drawn = groups * int(weight) + rng.sample(groups, int(len(groups) * (weight % 1)))
        queue = [group for cluster in _clusters(drawn, source.query_vectors, rng) for group in cluster]
        pieces = [queue[start : start + size] for start in range(0, len(queue), size)]
        batches += [(position, piece) for piece in pieces if len(piece) >= min(SMALLEST, len(queue))]
    rng.shuffle(batches)
    return batches


def _clusters(drawn: Sequence[int], vectors: Matrix, rng: random.Random) -> list[list[int]]:
    """The drawn groups in clusters of similar queries: each time a random free one with its nearest free ones."""
    queries = vectors[drawn]
    free = np.ones(len(drawn), bool)
    clusters = []
    for seed in rng.sample(range(len(drawn)), len(drawn)):
        if not free[seed]:
            continue
        similarity = np.where(free, queries @ queries[seed], -2.0)
        similarity[seed] = 2.0  # the nearest is the query itself, despite rounding
        count = min(NEIGHBOURS, int(free.sum()))
        chosen = np.argpartition(-similarity, count - 1)[:count]
        free[chosen] = False
        clusters.append([drawn[index] for index in chosen])
    rng.shuffle(clusters)
    return clusters


class Batcher:
    """Turns a planned batch into tensors.

    Drawn at random: negatives, one unanswerable query for each group that has some, passage length, upper or lower
    case, and dropped question marks.
    """

    def __init__(self, tokenizer: Tokenizer, *, negatives: int, rng: random.Random) -> None:
        self._tokenizer = plain(tokenizer)
        self._negatives = negatives
        self._rng = rng

    def batch(self, source: Source, chosen: Sequence[int]) -> Batch:
        """Tensors for the chosen groups of one source, on the CPU."""
        groups = [source.groups[index] for index in chosen]
        rows: dict[int, int] = {}
        for group in groups:
            rows.setdefault(group.positive, len(rows))
        hard = [[rows.setdefault(passage, len(rows)) for passage in self._draw(group)] for group in groups]
        target = [rows[group.positive] for group in groups]
        counts = _counts(groups, target, hard, len(rows))
        length = self._rng.choice(PASSAGE_TOKENS)
        passages = self._encode([source.passages[passage] for passage in rows], length)
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
        if draw < CASED:
            query = query.lower()
        elif draw > 1 - CASED:
            query = query.upper()
        if self._rng.random() < UNMARKED:
            return query.rstrip("? ") or query
        return query

    def _encode(self, texts: Sequence[str], length: int) -> list[list[int]]:
        return encode(self._tokenizer, texts, length)


def _counts(groups: Sequence[Group], target: Sequence[int], hard: Sequence[Sequence[int]], passages: int) -> Tensor:
    """Batch.counts: all passages but the other positives of a query; for a closed group only its own ones."""
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
    """A copy of the tokenizer without padding and truncation, which encode() and pad() do."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_padding()
    copy.no_truncation()
    return copy


def encode(tokenizer: Tokenizer, texts: Sequence[str], length: int) -> list[list[int]]:
    """Token ids of texts with special tokens, truncated to `length` with the last one kept."""
    encoded = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    return [ids if len(ids) <= length else [*ids[: length - 1], ids[-1]] for ids in encoded]


def pad(rows: Sequence[Sequence[int]]) -> Texts:
    """Rows of ids as one padded tensor; id 0 is the padding token."""
    longest = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = 1
    return Texts(ids=ids, mask=mask)


def by_length(rows: Sequence[Sequence[int]], size: int) -> Iterator[list[int]]:
    """Indexes of the rows in batches of similar length."""
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    for start in range(0, len(order), size):
        yield order[start : start + size]
