"""Embedding models turn text into unit vectors; a text longer than the model reads is refused, never cut."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.core.errors import CorpusError, ModelError

Matrix = npt.NDArray[np.float32]


class Embedder(Protocol):
    """An embedding model as both roads use it."""

    name: str  # stored with the corpus; a corpus embedded by another name is refused
    dimension: int
    max_tokens: int  # longest text that the model reads, special tokens included

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors [len(texts), dimension]. Raises ModelError when a text is longer than max_tokens."""
        ...

    def embed_query(self, text: str) -> tuple[npt.NDArray[np.float32], bool]:
        """Unit vector [dimension] of a question, and whether the question was longer than the model reads."""
        ...

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        """For each text the unit vectors [tokens, dimension] of its tokens, for late interaction; cut at max_tokens."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as embed() reads it, special tokens included, never cut."""
        ...

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Character span (start, end) of every token of text, special tokens left out."""
        ...


def unit(vectors: Matrix) -> Matrix:
    """The same rows at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def refuse_long(texts: Sequence[str], lengths: Sequence[int], max_tokens: int, model: str) -> None:
    """Raise ModelError, naming the first of texts that is longer than the model reads."""
    for text, length in zip(texts, lengths, strict=True):
        if length > max_tokens:
            raise ModelError(
                f"A text of {length} tokens cannot be embedded: {model} reads {max_tokens}.",
                fix=f"Split it first (it begins: {text[:60]!r}).",
            )


def require_same_model(stored: str | None, embedder: Embedder) -> None:
    """Raise CorpusError unless the corpus is empty (None) or was embedded by this model."""
    if stored not in (None, embedder.name):
        raise CorpusError(
            f"The stored documents were embedded by {stored}, the configured model is {embedder.name}.",
            fix=f"Set FOREMOST_EMBEDDING_MODEL={stored} (for a folder: its path), or embed them by the configured one: "
            "python -m ingest reembed",
        )
