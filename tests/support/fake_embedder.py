"""An embedder for tests that need no meaning: words of up to four characters are tokens, vectors come from a hash."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.core.models.embedding import Embedder, Matrix, refuse_long, unit

_TOKEN = re.compile(r"\w{1,4}|[^\w\s]")


class FakeEmbedder(Embedder):
    """Random unit vectors, the same for the same text in one process; two special tokens a text."""

    name = "fake"

    def __init__(self, *, max_tokens: int = 64, dimension: int = 384) -> None:
        self.max_tokens = max_tokens
        self.dimension = dimension
        self.calls: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        refuse_long(texts, self.count_tokens(texts), self.max_tokens, self.name)
        self.calls.append(list(texts))
        rows = [np.random.default_rng(abs(hash(text)) % 2**32).standard_normal(self.dimension) for text in texts]
        return unit(np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension))

    def embed_query(self, text: str) -> tuple[npt.NDArray[np.float32], bool]:
        return self.embed([text])[0], False

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        return [self.embed(_TOKEN.findall(text)) for text in texts]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_TOKEN.findall(text)) + 2 for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(text)]
