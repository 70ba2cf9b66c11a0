"""The built-in embedding model with its cosines squeezed on purpose, as E5's are: random pairs at .75 instead of 0."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.core.models.embedding import Embedder, Matrix, unit

SHARE = 0.75  # of every squared vector that is the same for all texts


class Squeezed(Embedder):
    """cosine' = SHARE + (1 - SHARE) × cosine, in the same number of dimensions."""

    name = "squeezed"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens
        self._common = unit(np.random.default_rng(7).standard_normal((1, self.dimension)).astype(np.float32))[0]

    def squeeze(self, vectors: Matrix) -> Matrix:
        """Unit vectors [n, dimension] moved towards the direction that all share."""
        rest = unit(vectors - np.outer(vectors @ self._common, self._common))
        return np.asarray(np.sqrt(1 - SHARE) * rest + np.sqrt(SHARE) * self._common, np.float32)

    def embed(self, texts: Sequence[str]) -> Matrix:
        return self.squeeze(self._embedder.embed(texts))

    def embed_query(self, text: str) -> tuple[npt.NDArray[np.float32], bool]:
        vector, cut = self._embedder.embed_query(text)
        return self.squeeze(vector[None])[0], cut

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        return [self.squeeze(tokens) for tokens in self._embedder.token_vectors(texts)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.token_offsets(text)
