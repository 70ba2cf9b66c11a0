"""The embedding model on the CPU: int8 ONNX and its tokenizer; neither torch nor transformers is imported."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding

from app.core.models.embedding import Matrix, refuse_long, unit
from app.core.models.onnx_runtime import batches_by_length, open_session, open_tokenizer, read_config, run


class OnnxEmbedder:
    """Embedder for a folder made by app.core.models.onnx_export: token vectors pooled as its config.json says.

    Activations are quantised for each batch, so a text's vector varies a little with its batch (cosine > 0.99).
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        config = read_config(folder)
        self.name = name
        self.dimension = int(config["dimension"])
        self.max_tokens = int(config["max_tokens"])
        self._prompts = {"query": "", "document": ""} | config.get("prompts", {})
        self._first_token = config.get("pooling") == "cls"
        self._tokenizer = open_tokenizer(folder)
        self._cutting = open_tokenizer(folder, cut_at=self.max_tokens)
        self._session = open_session(folder)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors [len(texts), dimension]. Raises ModelError when a text is longer than max_tokens."""
        encodings = self._encoded(texts)
        refuse_long(texts, [len(encoding.ids) for encoding in encodings], self.max_tokens, self.name)
        return self._pooled(encodings)

    def embed_query(self, text: str) -> tuple[npt.NDArray[np.float32], bool]:
        """Unit vector [dimension] of a question, and whether the question was longer than the model reads."""
        encoding = self._cutting.encode(self._prompts["query"] + text)
        return self._pooled([encoding])[0], bool(encoding.overflowing)

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        """Unit vectors [tokens, dimension] of each text's tokens, the two special ones included; cut at max_tokens."""
        encodings = self._cutting.encode_batch(list(texts))
        result: list[Matrix] = [np.empty((0, self.dimension), np.float32)] * len(texts)
        for batch in batches_by_length([len(encoding.ids) for encoding in encodings]):
            states = run(self._session, [encodings[position] for position in batch])
            for row, position in enumerate(batch):
                result[position] = unit(states[row, : len(encodings[position].ids)])
        return result

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as embed() reads it, prompt and special tokens included, never cut."""
        return [len(encoding.ids) for encoding in self._encoded(texts)]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Character span (start, end) of every token of text, special tokens left out."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)

    def _encoded(self, texts: Sequence[str]) -> list[Encoding]:
        prompt = self._prompts["document"]
        return list(self._tokenizer.encode_batch([prompt + text for text in texts]))

    def _pooled(self, encodings: Sequence[Encoding]) -> Matrix:
        vectors = np.zeros((len(encodings), self.dimension), np.float32)
        for batch in batches_by_length([len(encoding.ids) for encoding in encodings]):
            states = run(self._session, [encodings[position] for position in batch])
            for row, position in enumerate(batch):
                tokens = states[row, : len(encodings[position].ids)]
                vectors[position] = tokens[0] if self._first_token else tokens.mean(axis=0)
        return unit(vectors)
