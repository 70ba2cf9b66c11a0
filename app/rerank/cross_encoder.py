"""Rerankers over a pair on the CPU, cross-encoder or late interaction: int8 ONNX, torch is not imported."""

from collections.abc import Sequence
from pathlib import Path

from app.core.domain import Hit, Reranking
from app.core.models.find import fingerprint
from app.core.models.onnx_runtime import open_session, open_tokenizer, read_config, run
from app.core.models.quantise import FORM
from app.rerank.base import LONG_QUESTION, Score, passage_text, rerank_within
from app.rerank.combination import Combination, CombinedOrder


class OnnxCrossEncoder(CombinedOrder):
    """Reranker over a folder with model.onnx, tokenizer.json and config.json {"kind", "max_tokens", "combination"}.

    kind: "cross-encoder" (all tokens of the pair attend to each other) or "late interaction" (the built-in one; the two
    texts are encoded apart inside the graph); it is shown with the name.
    logit: the model's raw output. A sigmoid before ranking would turn large logits into ties.
    """

    def __init__(self, folder: Path, *, budget_ms: int, name: str | None = None, threads: int | None = None) -> None:
        config = read_config(folder)
        self.name = f"{name or folder.name} ({config.get('kind', 'cross-encoder')}, int8 ONNX)"
        self.key = f"{self.name} {fingerprint(folder)}"
        self._max_tokens = int(config.get("max_tokens", 512))
        self._combination = Combination.read(config.get("combination"))
        self._tokenizer = open_tokenizer(folder, cut_at=self._max_tokens)
        self._session = open_session(folder, threads=threads, widen=config.get("int8") != FORM)
        self._budget_ms = budget_ms

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        """Candidates by logit, or by the fitted combination in the model's config.json. Raises ModelError."""
        encoding = self._tokenizer.encode(question)
        long = bool(encoding.overflowing) or 2 * len(encoding.ids) > self._max_tokens
        return rerank_within(
            hits,
            lambda group: self._score(question, group),
            name=self.name,
            budget_ms=self._budget_ms,
            notes=(LONG_QUESTION,) if long else (),
        )

    def _score(self, question: str, group: Sequence[Hit]) -> list[Score]:
        pairs = self._tokenizer.encode_batch([(question, passage_text(hit)) for hit in group])
        # Each pair by itself: activations of a batch share one scale of 8 bits, so a pair's logit would change by up to
        # 0.4 with its neighbours (they spread by 1.3 to 2). Nothing is padded, so it is no slower than batches.
        logits = [float(run(self._session, [pair]).reshape(-1)[0]) for pair in pairs]
        return [
            Score(logit=logit, rerank_score=self._combination.score(logit, hit), truncated=bool(pair.overflowing))
            for logit, hit, pair in zip(logits, group, pairs, strict=True)
        ]
