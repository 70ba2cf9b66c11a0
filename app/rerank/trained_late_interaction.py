"""Late interaction by a trained encoder: passages' vectors are kept, a question is matched with them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

from app.core.domain import Hit, Reranking
from app.core.errors import ModelError
from app.core.models.onnx_runtime import read_config
from app.core.models.token_encoder import PassageTokens, QueryTokens, TokenEncoder
from app.core.models.token_store import TokenStore
from app.rerank.base import LONG_QUESTION, Score, passage_text, rerank_within
from app.rerank.combination import Combination, CombinedOrder
from app.rerank.token_matches import WAYS, matches


class TrainedLateInteraction(CombinedOrder):
    """Reranker over a folder with model.onnx, tokenizer.json and config.json with "match_scale" and "combination".

    logit: the sum of the six ways in which the question is matched (token_matches), each times its match_scale. A
    passage is encoded when it is first a candidate; then its vectors come from `store`.
    """

    def __init__(
        self, folder: Path, *, budget_ms: int, store: TokenStore, name: str | None = None, threads: int | None = None
    ) -> None:
        """Raises ModelError when the folder holds no such model."""
        config = read_config(folder)
        self._scale = np.array(config.get("match_scale", ()), np.float32)
        if self._scale.shape != (WAYS,):
            raise ModelError(f"The reranker's config.json in {folder} has no match_scale of {WAYS} numbers.")
        self.name = f"{name or folder.name} (late interaction, int8 ONNX)"
        self._combination = Combination.read(config.get("combination"))
        self._encoder = TokenEncoder(folder, threads=threads)
        self._store = store
        self._threads = ThreadpoolController()
        self._budget_ms = budget_ms

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        """Candidates by the fitted combination in the model's config.json. Raises ModelError."""
        query = self._encoder.query(question)
        return rerank_within(
            hits,
            lambda group: self._score(query, group),
            name=self.name,
            budget_ms=self._budget_ms,
            notes=(LONG_QUESTION,) if query.cut else (),
        )

    def _score(self, query: QueryTokens, group: Sequence[Hit]) -> list[Score]:
        passages = self._passages([passage_text(hit) for hit in group])
        # The products are small: a second thread of NumPy's library only waits for work, on a core that others want.
        with self._threads.limit(limits=1, user_api="blas"):
            logits = [float(matches(query.vectors, query.weights, one.vectors()) @ self._scale) for one in passages]
        return [
            Score(logit=logit, rerank_score=self._combination.score(logit, hit), truncated=passage.cut)
            for logit, hit, passage in zip(logits, group, passages, strict=True)
        ]

    def _passages(self, texts: Sequence[str]) -> list[PassageTokens]:
        keys = [self._encoder.key(text) for text in texts]
        kept = self._store.get(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if missing:
            new = dict(zip(missing, self._encoder.passages(list(missing.values())), strict=True))
            self._store.put(new)
            kept |= new
        return [kept[key] for key in keys]
