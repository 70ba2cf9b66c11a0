"""Mines negatives: makes the pairs of a source into groups of a query, its passage and similar wrong passages.

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

logging.getLogger("bm25s").setLevel(logging.WARNING)  # importing bm25s enables its debug log

DEPTH = 40  # candidates considered in each leg
KEPT = 10  # negatives kept of each leg
K1, B = 0.9, 0.4

Matrix = npt.NDArray[np.float32]
EmbedTexts = Callable[[Sequence[str]], Matrix]  # unit rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One query with its positive and its mined negatives, as positions in Source.passages."""

    query: str
    positive: int
    by_vector: tuple[int, ...]  # nearest first; both may be empty when every candidate is too near
    by_text: tuple[int, ...]  # highest BM25 first
    closed: bool  # only the mined negatives count, because other passages of a batch may answer too
    unanswered: tuple[str, ...] = ()  # queries paired with the positive that neither it nor another passage answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One source, ready for batching."""

    name: str
    passages: tuple[str, ...]
    groups: tuple[Group, ...]
    query_vectors: Matrix  # [groups, dimension], unit rows; similar queries share a batch


def mine(name: str, pairs: Sequence[Pair], recipe: Recipe, embed: EmbedTexts, seed: int) -> Source:
    """Groups of one source: its positives, each with negatives of its own scope. Labelled negatives come first.

    Queries that have labelled negatives and no positive join the groups of those passages, as `unanswered`.
    """
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, nothing secret
    passages = tuple(dict.fromkeys(pair.passage for pair in pairs if pair.passage))
    positions = {passage: position for position, passage in enumerate(passages)}
    positives = _drawn([pair for pair in pairs if pair.grade > 0], recipe.limit, rng)
    queries = list(dict.fromkeys(pair.query for pair in positives))
    passage_vectors = embed(passages)
    query_vectors = embed(queries)
    rows = {query: row for row, query in enumerate(queries)}
    scopes = _scopes(_paired(pairs, positives, embed), positions)
    text_leg = _TextLeg(passages)
    groups, group_rows = [], []
    for pair in positives:
        row = rows[pair.query]
        group = _group(pair, scopes[pair.scope], positions, passage_vectors @ query_vectors[row], text_leg, recipe)
        if group is not None:
            groups.append(group)
            group_rows.append(row)
    return Source(name=name, passages=passages, groups=tuple(groups), query_vectors=query_vectors[group_rows])


def _paired(pairs: Sequence[Pair], positives: Sequence[Pair], embed: EmbedTexts) -> list[Pair]:
    """The pairs with a passage; a query that no passage answers is paired with the nearest positive, grade 0."""
    unanswered = list(dict.fromkeys(pair.query for pair in pairs if not pair.passage))
    result = [pair for pair in pairs if pair.passage]
    if unanswered and positives:
        nearest = (embed(unanswered) @ embed([pair.passage for pair in positives]).T).argmax(1)
        for query, index in zip(unanswered, nearest, strict=True):
            result.append(replace(positives[index], query=query, grade=0))
    return result


@dataclass(frozen=True, slots=True)
class _Scope:
    """Passages (as positions) that are candidates for each other's negatives."""

    members: list[int]
    right: dict[str, set[int]]  # by query
    wrong: dict[str, list[int]]  # by query
    unanswered: dict[int, list[str]]  # by passage


def _group(
    pair: Pair, scope: _Scope, positions: dict[str, int], similarity: Matrix, text_leg: "_TextLeg", recipe: Recipe
) -> Group | None:
    """The group of a positive, None when there is no negative. similarity: [passages] of its query."""
    right = scope.right[pair.query]
    labelled = scope.wrong.get(pair.query, [])
    members = scope.members if pair.scope else None
    ceiling = recipe.ceiling * max(float(similarity[position]) for position in right)

    def allowed(candidates: Sequence[int]) -> list[int]:
        """Without positives, and without passages so near the query that they may be unmarked positives."""
        wrong = [position for position in candidates if position not in right and similarity[position] <= ceiling]
        return wrong[:KEPT]

    by_vector = allowed(_top(similarity, members))
    by_text = by_vector if pair.scope else allowed(text_leg.top(pair.query, members))
    if pair.scope and not by_vector and not labelled:
        return None
    return Group(
        query=pair.query,
        positive=positions[pair.passage],
        by_vector=tuple(labelled or by_vector),
        by_text=tuple(labelled or by_text),
        closed=bool(pair.scope or labelled),
        unanswered=tuple(scope.unanswered.get(positions[pair.passage], ())),
    )


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
        return [position for position in _top(scores, scope) if scores[position] > 0]


def _top(scores: Matrix, scope: Sequence[int] | None) -> list[int]:
    """Positions of the DEPTH highest scores within a scope, or among all, best first."""
    members = np.arange(len(scores)) if scope is None else np.asarray(scope)
    member_scores = scores[members]
    count = min(DEPTH, len(members))
    best = np.argpartition(-member_scores, count - 1)[:count]
    return [int(members[index]) for index in best[np.argsort(-member_scores[best], kind="stable")]]


def _scopes(pairs: Sequence[Pair], positions: dict[str, int]) -> dict[str, _Scope]:
    scopes: dict[str, _Scope] = {}
    for pair in pairs:
        scope = scopes.setdefault(pair.scope, _Scope([], {}, {}, {}))
        scope.members.append(positions[pair.passage])
        if pair.grade > 0:
            scope.right.setdefault(pair.query, set()).add(positions[pair.passage])
        elif pair.query:
            scope.wrong.setdefault(pair.query, []).append(positions[pair.passage])
    for scope in scopes.values():
        scope.members[:] = sorted(set(scope.members))
        for query in scope.wrong.keys() - scope.right.keys():
            for position in scope.wrong[query]:
                scope.unanswered.setdefault(position, []).append(query)
        for queries in scope.unanswered.values():
            queries.sort()
    return scopes


def _drawn(pairs: list[Pair], limit: int | None, rng: random.Random) -> list[Pair]:
    return pairs if limit is None or len(pairs) <= limit else rng.sample(pairs, limit)
