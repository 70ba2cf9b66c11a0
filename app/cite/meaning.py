"""Support by meaning: sentences and passages go in, how well each passage backs each sentence comes out."""

from collections.abc import Callable, Sequence

import numpy as np

from app.cite.sentences import sentence_spans
from app.core.models.embedding import Embedder, Matrix
from app.core.scale import Scale, as_is

# A sentence is compared with windows of so many sentences of the passage, since a claim often joins neighbours.
WINDOWS = (1, 2)


class EmbeddingSupport:
    """Support from the embedding model: the largest cosine of the sentence with a window of the passage's sentences.

    A negative cosine counts as 0. Paraphrases are above 0.6, other statements about the same subject between 0.3 and
    0.6.
    """

    def __init__(self, embedder: Embedder, scale: Callable[[], Scale] = as_is) -> None:
        """scale: of the embedding model's cosines; the support floor was chosen for the built-in one's."""
        self._embedder = embedder
        self._scale = scale

    def __call__(self, sentences: Sequence[str], passages: Sequence[str]) -> Matrix:
        """Matrix [len(sentences), len(passages)], 0..1."""
        support = np.zeros((len(sentences), len(passages)), np.float32)
        windows = [(column, text) for column, passage in enumerate(passages) for text in self._windows(passage)]
        if not sentences or not windows:
            return support
        sentence_vectors = self._embedder.embed(self._fitting(sentences))
        window_vectors = self._embedder.embed([text for _, text in windows])
        scale = self._scale()
        similarity = np.clip(scale.slope * (sentence_vectors @ window_vectors.T) + scale.shift, 0.0, 1.0)
        for index, (column, _) in enumerate(windows):
            support[:, column] = np.maximum(support[:, column], similarity[:, index])
        return support

    def _windows(self, passage: str) -> list[str]:
        spans = sentence_spans(passage)
        texts = {
            passage[spans[first][0] : spans[first + size - 1][1]].strip()
            for size in WINDOWS
            for first in range(len(spans) - size + 1)
        }
        return self._fitting(sorted(texts))

    def _fitting(self, texts: Sequence[str]) -> list[str]:
        """The texts, each cut at the number of tokens that the model reads."""
        counts = self._embedder.count_tokens(texts) if texts else []
        result = []
        for text, tokens in zip(texts, counts, strict=True):
            if tokens > self._embedder.max_tokens:
                offsets = self._embedder.token_offsets(text)
                room = self._embedder.max_tokens - (tokens - len(offsets))
                text = text[: offsets[room - 1][1]]
            result.append(text)
        return result
