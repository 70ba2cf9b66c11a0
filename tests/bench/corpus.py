"""Any number of chunks, recombined from real sentences; a row number always gives the same row."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.core.models.embedding import Embedder, Matrix, unit
from tests.bench.pool import Pool

BATCH = 10_000  # rows generated at once
CHARACTERS = 1_000  # of a chunk at most, about 180 tokens; a single longer sentence is kept whole
REAL = 1_000  # chunks that are embedded for real; the others take their deviations
_EMBEDDED = 64  # texts in one call
_SPECIAL = 2  # tokens that stand around every text


@dataclass(frozen=True, slots=True)
class Rows:
    """Neighbouring rows of a corpus."""

    texts: tuple[str, ...]
    tokens: tuple[int, ...]  # of each text, special tokens included
    vectors: Matrix  # [rows, dimension], unit length


class Corpus:
    """A chunk is a run of sentences of one document and a run of another's, as chunks that cross a subject are.

    The first REAL vectors are the model's own. Each other one is the mean of its sentences' real vectors, weighted by
    length, plus noise with the covariance that the difference between the two has where both are known, scaled so that
    rows lie as near to their nearest neighbours as the model's own vectors do: the whole difference drawn at random
    would pull them apart, and an index finds less among rows without neighbours.
    """

    def __init__(self, pool: Pool, sentence_vectors: Matrix, embedder: Embedder, *, real: int) -> None:
        self._sentences = [sentence for document in pool.documents for sentence in document]
        sizes = np.array([len(document) for document in pool.documents])
        self._firsts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        self._sizes = sizes
        self._lengths = np.array([len(sentence) for sentence in self._sentences], np.float32)
        self._tokens = np.array(embedder.count_tokens(self._sentences)) - embedder.count_tokens([""])[0]
        self._vectors = sentence_vectors
        texts, tokens, composed = self._composed(0)
        self._known = [row for row in range(real) if tokens[row] <= embedder.max_tokens]
        self._real = embed_all(embedder, [texts[row] for row in self._known])
        expected = unit(composed[self._known])
        deviations = self._real - expected
        self.agreement = float(np.mean(np.sum(self._real * expected, axis=1)))  # mean cosine
        values, axes = np.linalg.eigh(np.cov(deviations.T))
        noise = (axes * np.sqrt(np.maximum(values, 0))).T.astype(np.float32)
        self._shift = deviations.mean(axis=0)
        drawn = np.random.default_rng(3).standard_normal(expected.shape, np.float32) @ noise
        scales = np.linspace(0, 1, 21)
        wanted = nearness(self._real)
        self.scale = float(min(scales, key=lambda s: abs(nearness(unit(expected + self._shift + s * drawn)) - wanted)))
        self._noise = (noise * self.scale).astype(np.float32)

    def rows(self, first: int, last: int) -> Iterator[Rows]:
        """Rows first..last-1 in batches; a batch that is cut is made whole and cut, so that rows never change."""
        for number in range(first // BATCH, math.ceil(last / BATCH)):
            texts, tokens, composed = self._composed(number)
            noise = np.random.default_rng((2, number)).standard_normal(composed.shape, np.float32) @ self._noise
            vectors = unit(unit(composed) + self._shift + noise)
            if number == 0:
                vectors[self._known] = self._real
            start, end = max(first - number * BATCH, 0), min(last - number * BATCH, BATCH)
            yield Rows(tuple(texts[start:end]), tuple(tokens[start:end]), vectors[start:end])

    def _composed(self, number: int) -> tuple[list[str], list[int], Matrix]:
        """Texts of a batch, their tokens, and the weighted sums of their sentences' vectors."""
        random = np.random.default_rng((1, number))
        documents = random.integers(len(self._sizes), size=(BATCH, 2))
        offsets = (random.random((BATCH, 2)) * self._sizes[documents]).astype(np.int64)
        texts: list[str] = []
        members: list[int] = []
        starts: list[int] = []
        for pair, offset in zip(documents, offsets, strict=True):
            starts.append(len(members))
            for document, first in zip(pair, offset, strict=True):
                members += self._run(document, first)
            texts.append(" ".join(self._sentences[member] for member in members[starts[-1] :]))
        weighted = self._vectors[members] * self._lengths[members, None]
        tokens = np.add.reduceat(self._tokens[members], starts) + _SPECIAL
        return texts, tokens.tolist(), np.add.reduceat(weighted, starts, axis=0)

    def _run(self, document: int, offset: int) -> list[int]:
        """Sentences from the offset on, from the beginning again after the last, until half a chunk is full."""
        run: list[int] = []
        characters = 0.0
        for step in range(self._sizes[document]):
            member = int(self._firsts[document] + (offset + step) % self._sizes[document])
            characters += self._lengths[member]
            if run and characters > CHARACTERS / 2:
                break
            run.append(member)
        return run


def nearness(vectors: Matrix, neighbours: int = 10) -> float:
    """Mean cosine of each row to its nearest other rows."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    return float(np.sort(cosines, axis=1)[:, -neighbours:].mean())


def embed_all(embedder: Embedder, texts: list[str]) -> Matrix:
    """Unit vectors [texts, dimension], embedded in batches of similar length."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    vectors = np.empty((len(texts), embedder.dimension), np.float32)
    for start in range(0, len(order), _EMBEDDED):
        batch = order[start : start + _EMBEDDED]
        vectors[batch] = embedder.embed([texts[index] for index in batch])
    return vectors
