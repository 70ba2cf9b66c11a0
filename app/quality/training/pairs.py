"""Packed pairs `[CLS] question [SEP] passage [SEP]` for a cross-encoder, from mined sources."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from app.quality.training.batches import UNMARKED, pad, plain
from app.quality.training.data import DEFAULT_RECIPE, RECIPES, TrainingError
from app.quality.training.mine import Source

QUERY_TOKENS = 96  # without special tokens
PASSAGE_TOKENS = 200
SPLIT = 4  # parts of a batch, by length, so that short pairs have little padding
_HARDNESS = 1.8  # power of the random draw of negatives: 1 draws evenly, more prefers the hardest

Pair = tuple[str, int]  # a query, and the number of a passage over all sources


@dataclass(kw_only=True, slots=True)
class Item:
    """A query with its passage; passages are numbered over all sources."""

    query: str
    right: int
    wrong: list[int]  # mined negatives, hardest first
    others: tuple[int, int] | None  # first and last + 1 of the passages that are negatives at random, None for none
    positives: frozenset[int]  # of the query, never drawn
    unanswered: tuple[str, ...]  # queries that the passage does not answer
    weight: float  # how often it occurs in one pass over the data


def items_of(sources: Sequence[Source]) -> list[Item]:
    """The groups of all sources as items, in order."""
    items, first = list[Item](), 0
    for source in sources:
        positives: dict[str, set[int]] = {}
        for group in source.groups:
            positives.setdefault(group.query, set()).add(first + group.positive)
        last = first + len(source.passages)
        for group in source.groups:
            mined = dict.fromkeys([*group.by_vector, *group.by_text])
            right = frozenset(positives[group.query])
            items.append(
                Item(
                    query=group.query,
                    right=first + group.positive,
                    wrong=[first + position for position in mined if first + position not in right],
                    others=None if group.closed else (first, last),
                    positives=right,
                    unanswered=group.unanswered,
                    weight=RECIPES.get(source.name, DEFAULT_RECIPE).weight,
                )
            )
        first = last
    return items


def draw_wrong(item: Item, count: int, rng: random.Random) -> list[int]:
    """Negatives of an item, `count` at most: mined ones, the hardest most often, and at least one at random."""
    mined = item.wrong
    most = count - 1 if item.others else count
    chosen: dict[int, None] = {}
    for _ in range(4 * count):
        if mined and len(chosen) < min(most, len(mined)):
            chosen[mined[int(len(mined) * rng.random() ** _HARDNESS)]] = None
    for _ in range(4 * count):
        if item.others and len(chosen) < count:
            passage = rng.randrange(*item.others)
            if passage not in item.positives:
                chosen[passage] = None
    return list(chosen)


def plan(items: Sequence[Item], size: int, rng: random.Random) -> list[list[int]]:
    """One pass over the items in random order, in batches of item numbers."""
    drawn = [number for number, item in enumerate(items) for _ in range(_times(item.weight, rng))]
    rng.shuffle(drawn)
    return [drawn[start : start + size] for start in range(0, len(drawn), size)]


def _times(weight: float, rng: random.Random) -> int:
    return int(weight) + (rng.random() < weight % 1)


class Packer:
    """Token ids of passages and queries, and batches of packed pairs. Raises TrainingError for another tokenizer."""

    def __init__(self, tokenizer: Tokenizer, passages: Sequence[str]) -> None:
        self._tokenizer = plain(tokenizer)
        start, end = (tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
        if start is None or end is None:
            raise TrainingError("The base's tokenizer has no [CLS] and [SEP].", fix="Name a BERT encoder as the base.")
        self._start, self._end = start, end
        self._passages = self._ids(passages, PASSAGE_TOKENS)

    def batches(self, pairs: Sequence[Pair], *, parts: int) -> Iterator[tuple[list[int], Mapping[str, Tensor]]]:
        """The pairs in parts of similar length: their positions, and a model's inputs, int64 [pairs, seq]."""
        queries = dict.fromkeys(query for query, _ in pairs)
        ids = dict(zip(queries, self._ids(list(queries), QUERY_TOKENS), strict=True))
        starts = [len(ids[query]) + 2 for query, _ in pairs]
        rows = [[self._start, *ids[query], self._end, *self._passages[passage], self._end] for query, passage in pairs]
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        size = (len(order) + parts - 1) // parts
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            texts = pad([rows[row] for row in chosen])
            place = torch.arange(texts.ids.shape[1])[None]
            second = (place >= torch.tensor([starts[row] for row in chosen])[:, None]).long() * texts.mask
            yield chosen, {"input_ids": texts.ids, "attention_mask": texts.mask, "token_type_ids": second}

    def _ids(self, texts: Sequence[str], length: int) -> list[list[int]]:
        encoded: list[list[int]] = []
        for start in range(0, len(texts), 1000):
            batch = self._tokenizer.encode_batch(list(texts[start : start + 1000]), add_special_tokens=False)
            encoded += [encoding.ids[:length] for encoding in batch]
        return encoded


def unmarked(query: str, rng: random.Random) -> str:
    """The query, now and then without its question mark."""
    return query.rstrip("? ") or query if rng.random() < UNMARKED else query
