"""Drawn questions go in, the scores that a model gives to related and unrelated pairs come out."""

import time
from collections.abc import Sequence
from dataclasses import replace

from app.calibrate.calibration import Calibration, calibration
from app.calibrate.sample import FEWEST, Drawn
from app.core.models.embedding import Embedder
from app.rerank import Reranker

_RERANKER_SECONDS = 8.0
_FEWEST_RERANKED = 40  # questions, however slow the reranker is


def measure_embedding(embedder: Embedder, drawn: Sequence[Drawn], *, passages: int) -> Calibration | None:
    """Cosines of the questions with stored vectors; None with too few questions. Raises ModelError."""
    if len(drawn) < FEWEST:
        return None
    own, others = [], []
    for one in drawn:
        vector, _ = embedder.embed_query(one.text)
        own.append(float(vector @ one.own.vector))
        others.append([float(vector @ other.vector) for other in one.others])
    return calibration(own, others, passages=passages)


def measure_reranker(
    reranker: Reranker, drawn: Sequence[Drawn], *, passages: int, seconds: float = _RERANKER_SECONDS
) -> Calibration | None:
    """Raw scores of each question with its own and one unrelated passage, for about so many seconds.

    None with too few questions, or when the reranker scores nothing. Raises ModelError.
    """
    if len(drawn) < FEWEST:
        return None
    own, others, start = [], [], time.perf_counter()
    for one in drawn:
        pair = [replace(hit, fused_rank=rank) for rank, hit in enumerate((one.own.hit, one.others[0].hit), 1)]
        logits = {hit.fused_rank: hit.logit for hit in reranker.rerank(one.text, pair).hits}
        mine, theirs = logits[1], logits[2]
        if mine is None or theirs is None:
            return None
        own.append(mine)
        others.append([theirs])
        if len(own) >= _FEWEST_RERANKED and time.perf_counter() - start > seconds:
            break
    return calibration(own, others, passages=passages)
