"""Pairs of one source go in, training groups come out: a query, its passage, and passages that only look right.

Negatives come from both legs of retrieval, BM25 (k1 0.9, b 0.4, English stems) and the base model's vectors.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from app.quality.training.data import Pair, Recipe

logging.getLogger("bm25s").setLevel(logging.WARNING)  # importing it turns its debug lines on

DEPTH = 40  # candidates looked at in each leg
KEPT = 10  # negatives kept of each leg
K1, B = 0.9, 0.4

Matrix = npt.NDArray[np.float32]
EmbedTexts = Callable[[Sequence[str]], Matrix]  # unit rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One query with its positive and its mined negatives, as positions in Source.passages."""

    query: str
    positive: int
    by_vector: tuple[int, ...]  # nearest first; both may be empty where everything is too near
    by_text: tuple[int, ...]  # highest BM25 first
    closed: bool  # in-batch passages may answer too: only the mined negatives count
    unanswered: tuple[str, ...] = ()  # queries put to the positive that neither it nor another passage answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One source, ready for batching."""

    name: str
    passages: tuple[str, ...]
    groups: tuple[Group, ...]
    query_vectors: Matrix  # [groups, dimension], unit rows: near queries share a batch


def mine(name: str, pairs: Sequence[Pair], recipe: Recipe, embed: EmbedTexts, seed: int) -> Source:
    """Groups of one source: its positives, each with negatives of its own scope. Labelled negatives come first.

    Queries that have labelled negatives and no positive stand beside the groups of those passages, as `unanswered`.
    """
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, nothing secret
    passages = tuple(dict.fromkeys(pair.passage for pair in pairs if pair.passage))
    place = {passage: position for position, passage in enumerate(passages)}
    positives = _drawn([pair for pair in pairs if pair.grade > 0], recipe.limit, rng)
    queries = list(dict.fromkeys(pair.query for pair in positives))
    vectors = embed(passages)
    asked = embed(queries)
    row = {query: position for position, query in enumerate(queries)}
    scopes = _scopes(_placed(pairs, positives, embed), place)
    text = _TextLeg(passages)
    groups, rows = [], []
    for pair in positives:
        right = scopes[pair.scope].right[pair.query]
        wrong = scopes[pair.scope].wrong.get(pair.query, [])
        scope = scopes[pair.scope].members if pair.scope else None
        near = vectors @ asked[row[pair.query]]
        allowed = _Allowed(near, right, recipe.ceiling * max(float(near[one]) for one in right))
        by_vector = allowed.of(_top(near, scope))
        by_text = allowed.of(text.top(pair.query, scope)) if not pair.scope else by_vector
        if pair.scope and not by_vector and not wrong:
            continue  # nothing to tell it from
        group = Group(
            query=pair.query,
            positive=place[pair.passage],
            by_vector=tuple(wrong or by_vector),
            by_text=tuple(wrong or by_text),
            closed=bool(pair.scope or wrong),
            unanswered=tuple(scopes[pair.scope].unanswered.get(place[pair.passage], ())),
        )
        groups.append(group)
        rows.append(row[pair.query])
    return Source(name=name, passages=passages, groups=tuple(groups), query_vectors=asked[rows])


def _placed(pairs: Sequence[Pair], positives: Sequence[Pair], embed: EmbedTexts) -> list[Pair]:
    """The pairs; a query that no passage answers is put to the positive nearest to it."""
    lost = list(dict.fromkeys(pair.query for pair in pairs if not pair.passage))
    kept = [pair for pair in pairs if pair.passage]
    if lost and positives:
        near = (embed(lost) @ embed([pair.passage for pair in positives]).T).argmax(1)
        kept += [replace(positives[one], query=query, grade=0) for query, one in zip(lost, near, strict=True)]
    return kept


@dataclass(frozen=True, slots=True)
class _Scope:
    members: list[int]
    right: dict[str, set[int]]
    wrong: dict[str, list[int]]
    unanswered: dict[int, list[str]]  # by passage


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Candidates that are not positives and not so near the query that they may be unmarked ones."""

    near: Matrix
    right: set[int]
    ceiling: float

    def of(self, candidates: Sequence[int]) -> list[int]:
        kept = [one for one in candidates if one not in self.right and self.near[one] <= self.ceiling]
        return kept[:KEPT]


class _TextLeg:
    """BM25 over the passages of one source."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25(k1=K1, b=B)
        self._index.index(self._tokens(passages), show_progress=False)

    def _tokens(self, texts: Sequence[str]) -> list[list[str]]:
        options = {"stopwords": "en", "stemmer": self._stemmer, "show_progress": False, "return_ids": False}
        tokens: list[list[str]] = bm25s.tokenize(list(texts), **options)
        # An index needs one token in every text.
        return [text or ["\0"] for text in tokens]

    def top(self, query: str, scope: Sequence[int] | None) -> list[int]:
        known = [token for token in self._tokens([query])[0] if token in self._index.vocab_dict]
        if not known:
            return []
        scores: Matrix = self._index.get_scores(known)
        return [one for one in _top(scores, scope) if scores[one] > 0]


def _top(scores: Matrix, scope: Sequence[int] | None) -> list[int]:
    members = np.arange(len(scores)) if scope is None else np.asarray(scope)
    held = scores[members]
    count = min(DEPTH, len(members))
    best = np.argpartition(-held, count - 1)[:count]
    return [int(members[one]) for one in best[np.argsort(-held[best], kind="stable")]]


def _scopes(pairs: Sequence[Pair], place: dict[str, int]) -> dict[str, _Scope]:
    scopes: dict[str, _Scope] = {}
    for pair in pairs:
        scope = scopes.setdefault(pair.scope, _Scope([], {}, {}, {}))
        scope.members.append(place[pair.passage])
        if pair.grade > 0:
            scope.right.setdefault(pair.query, set()).add(place[pair.passage])
        elif pair.query:
            scope.wrong.setdefault(pair.query, []).append(place[pair.passage])
    for scope in scopes.values():
        scope.members[:] = sorted(set(scope.members))
        for query in scope.wrong.keys() - scope.right.keys():
            for one in scope.wrong[query]:
                scope.unanswered.setdefault(one, []).append(query)
        for queries in scope.unanswered.values():
            queries.sort()
    return scopes


def _drawn(pairs: list[Pair], limit: int | None, rng: random.Random) -> list[Pair]:
    return pairs if limit is None or len(pairs) <= limit else rng.sample(pairs, limit)
