"""An embedder whose questions are embedded in advance, so that only the search is timed."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from app.core.models.embedding import Embedder, Matrix


class KnownVectors(Embedder):
    """An Embedder of questions embedded once; everything else is the model's own."""

    def __init__(self, embedder: Embedder, questions: Sequence[str]) -> None:
        self._embedder = embedder
        self.name, self.dimension, self.max_tokens = embedder.name, embedder.dimension, embedder.max_tokens
        self.vectors: Mapping[str, npt.NDArray[np.float32]] = {
            question: embedder.embed_query(question)[0] for question in questions
        }

    def embed_query(self, text: str) -> tuple[npt.NDArray[np.float32], bool]:
        """The vector embedded in advance."""
        return self.vectors[text], False

    def embed(self, texts: Sequence[str]) -> Matrix:
        """As the model does."""
        return self._embedder.embed(texts)

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        """As the model does."""
        return self._embedder.token_vectors(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the model does."""
        return self._embedder.count_tokens(texts)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """As the model does."""
        return self._embedder.token_offsets(text)
