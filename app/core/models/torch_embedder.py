"""The embedding model by sentence-transformers: on a GPU, or for a model that the ONNX export does not support."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.core.errors import ModelError, reason
from app.core.models.embedding import Matrix, refuse_long, unit
from app.core.models.sentence_model import chosen_prompts

_BATCH = 32


class TorchEmbedder:
    """Embedder for a sentence-transformers folder; uses the model's own prompts for queries and documents."""

    def __init__(self, folder: Path, *, name: str, device: str | None = None) -> None:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # torch: seconds and 500 MB

        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        try:
            self._model = SentenceTransformer(str(folder), device=device, local_files_only=True)
        except (OSError, ValueError, RuntimeError, KeyError, AttributeError, ImportError) as error:
            raise ModelError(
                f"The embedding model in {folder} cannot be loaded ({reason(error)}).",
                fix="Name a folder that sentence-transformers can load, or all-MiniLM-L6-v2.",
            ) from error
        self.name = name
        self._prompts = chosen_prompts(self._model.prompts or {}, self._model.default_prompt_name)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors [len(texts), dimension]. Raises ModelError when a text is longer than max_tokens."""
        refuse_long(texts, self.count_tokens(texts), self.max_tokens, self.name)
        prompt = self._prompts["document"]
        vectors = self._model.encode_document(list(texts), prompt=prompt, batch_size=_BATCH, show_progress_bar=False)
        return unit(np.asarray(vectors, np.float32).reshape(len(texts), self.dimension))

    def embed_query(self, text: str) -> tuple[npt.NDArray[np.float32], bool]:
        """Unit vector [dimension] of a question, and whether the question was longer than the model reads."""
        prompt = self._prompts["query"]
        cut = self._count(prompt + text) > self.max_tokens
        vector = np.asarray(self._model.encode_query([text], prompt=prompt, show_progress_bar=False), np.float32)
        return unit(vector)[0], cut

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        """Unit vectors [tokens, dimension] of each text's tokens, special tokens included; cut at max_tokens."""
        vectors = self._model.encode(
            list(texts), prompt="", output_value="token_embeddings", batch_size=_BATCH, show_progress_bar=False
        )
        return [unit(vector.float().cpu().numpy()) for vector in vectors]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as embed() reads it, prompt and special tokens included, never cut."""
        prompt = self._prompts["document"]
        return [self._count(prompt + text) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Character span (start, end) of every token of text, special tokens left out."""
        encoded = self._model.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return [(int(start), int(end)) for start, end in encoded["offset_mapping"]]

    def _count(self, text: str) -> int:
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])
