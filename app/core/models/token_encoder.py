"""Token vectors of a text by a late-interaction model: int8 ONNX, each text encoded by itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding

from app.core.models.onnx_runtime import MODEL_FILE, open_session, open_tokenizer, read_config, run_all

TOKEN_VECTORS, TOKEN_WEIGHTS = "token_vectors", "token_weights"  # the graph's outputs
LONGEST_QUERY = 192  # tokens; the longest question of the development sets has 190
_STEPS = 127  # of an int8 number, on each side of zero


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryTokens:
    """A question's unit vectors [tokens, dimension] and how much each token counts [tokens]; weights add up to 1."""

    vectors: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    cut: bool  # the question is too long, its beginning was read


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageTokens:
    """A passage's unit vectors in int8: [tokens, dimension] times the step of each token [tokens]."""

    values: npt.NDArray[np.int8]
    steps: npt.NDArray[np.float16]
    cut: bool  # the passage is too long, its beginning was read

    @property
    def nbytes(self) -> int:
        """Bytes of both arrays."""
        return self.values.nbytes + self.steps.nbytes

    def vectors(self) -> npt.NDArray[np.float32]:
        """The unit vectors [tokens, dimension]."""
        return self.values.astype(np.float32) * self.steps.astype(np.float32)[:, None]


class TokenEncoder:
    """Encoder over a folder with model.onnx, tokenizer.json and config.json {"max_tokens"}.

    The graph has the outputs `token_vectors` and `token_weights`; each text is read as one of token type 0. A passage's
    vectors depend on nothing but its text and the model, so they can be kept.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Raises ModelError when a file is missing or cannot be read."""
        longest = int(read_config(folder).get("max_tokens", 320))
        self._queries = open_tokenizer(folder, cut_at=LONGEST_QUERY)
        self._passages = open_tokenizer(folder, cut_at=longest)
        self._session = open_session(folder, threads=threads)
        model = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
        self._salt = hashlib.sha256(f"{model} {longest}".encode()).digest()

    def key(self, passage: str) -> bytes:
        """Digest of a passage, the model and the length that it reads: 20 bytes."""
        return hashlib.sha256(self._salt + passage.encode("utf-8", "surrogatepass")).digest()[:20]

    def query(self, text: str) -> QueryTokens:
        """The question's tokens. Raises ModelError when the model fails."""
        encoding = self._queries.encode(text)
        vectors, weights = self._run(encoding)
        return QueryTokens(vectors=vectors, weights=weights / weights.sum(), cut=bool(encoding.overflowing))

    def passages(self, texts: Sequence[str]) -> list[PassageTokens]:
        """The passages' tokens. Raises ModelError when the model fails.

        Each runs by itself: activations of a batch share one scale of 8 bits, and a vector would change with it.
        """
        return [
            _stored(self._run(encoding)[0], cut=bool(encoding.overflowing))
            for encoding in self._passages.encode_batch(list(texts))
        ]

    def _run(self, encoding: Encoding) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        vectors, weights = run_all(self._session, [encoding], (TOKEN_VECTORS, TOKEN_WEIGHTS))
        return vectors[0], weights[0]


def _stored(vectors: npt.NDArray[np.float32], *, cut: bool) -> PassageTokens:
    steps = (np.abs(vectors).max(axis=1) / _STEPS).astype(np.float16)
    values = np.rint(vectors / steps.astype(np.float32)[:, None]).clip(-_STEPS, _STEPS).astype(np.int8)
    return PassageTokens(values=values, steps=steps, cut=cut)
