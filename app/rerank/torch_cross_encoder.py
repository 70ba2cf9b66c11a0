"""Cross-encoders that sentence-transformers loads, by hub id or folder; on the GPU when there is one."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.core.domain import Hit, Reranking
from app.core.errors import ModelError, reason
from app.core.models.find import fingerprint, has_gpu
from app.rerank.base import LONG_QUESTION, Score, by_score, passage_text, rerank_within
from app.rerank.combination import sigmoid

_CPU_BATCH = 8
_GPU_BATCH = 64


class TorchCrossEncoder:
    """Reranker over sentence-transformers' CrossEncoder; logit: its raw output, no activation."""

    own_scale = False

    def __init__(self, model_id_or_path: str, *, budget_ms: int, name: str | None = None) -> None:
        from sentence_transformers import CrossEncoder  # noqa: PLC0415  # torch: seconds and 500 MB
        from torch.nn import Identity  # noqa: PLC0415

        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        device = "cuda" if has_gpu() else "cpu"
        try:
            self._model = CrossEncoder(model_id_or_path, device=device, activation_fn=Identity())
        except (OSError, ValueError, RuntimeError, KeyError, AttributeError, ImportError) as error:
            raise ModelError(
                f"The reranker {model_id_or_path} is neither a cross-encoder folder nor available from the hub "
                f"({reason(error)}).",
                fix="Set FOREMOST_RERANKER to auto, none, late-interaction, cross-encoder or a folder.",
            ) from error
        self.name = f"{name or model_id_or_path} (cross-encoder, {device})"
        folder = Path(model_id_or_path)
        self.key = f"{self.name} {fingerprint(folder)}" if folder.is_dir() else self.name
        self._batch = _GPU_BATCH if device == "cuda" else _CPU_BATCH
        self._budget_ms = budget_ms

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        """Candidates by logit. Raises ModelError when the model fails."""
        long = 2 * self._tokens(question) > self._limit()
        return rerank_within(
            hits,
            lambda group: self._score(question, group),
            name=self.name,
            budget_ms=self._budget_ms,
            notes=(LONG_QUESTION,) if long else (),
        )

    def _score(self, question: str, group: Sequence[Hit]) -> list[Score]:
        pairs = [(question, passage_text(hit)) for hit in group]
        limit = self._limit()
        lengths = [self._tokens(*pair) for pair in pairs]
        try:
            output = self._model.predict(pairs, batch_size=self._batch, show_progress_bar=False)
        except RuntimeError as error:
            raise ModelError(f"The reranker {self.name} failed ({reason(error)}).") from error
        logits = np.asarray(output, np.float32).reshape(len(pairs), -1)[:, -1]
        return [
            Score(logit=float(logit), rerank_score=float(logit), truncated=length > limit)
            for logit, length in zip(logits, lengths, strict=True)
        ]

    def _tokens(self, *texts: str) -> int:
        return len(self._model.tokenizer(*texts, truncation=False, verbose=False)["input_ids"])

    def _limit(self) -> int:
        return int(self._model.max_length or self._model.tokenizer.model_max_length)

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Candidates with logits, by logit."""
        return by_score([replace(hit, rerank_score=hit.logit) for hit in hits])

    def relevance(self, hit: Hit) -> float:
        """Sigmoid of the logit: most cross-encoders are trained so that it is a probability."""
        return 0.0 if hit.logit is None else sigmoid(hit.logit)
