"""BM25 by bm25s, the measure of the text leg: Porter2 stems, English stop words, k1 0.9, b 0.4."""

import logging
from collections.abc import Sequence

logging.getLogger("bm25s").disabled = True  # it reports every index, and sets its own level when it is used

try:
    import bm25s
    import Stemmer
except ImportError:  # the extra "training" is not installed
    bm25s = None


def available() -> bool:
    """Whether the extra that brings bm25s is installed."""
    return bm25s is not None


def rankings(texts: Sequence[str], questions: Sequence[str], *, limit: int) -> list[list[int]]:
    """For each question the positions in texts, best first; texts without a common word are left out."""
    stemmer = Stemmer.Stemmer("english")
    index = bm25s.BM25(k1=0.9, b=0.4)
    index.index(bm25s.tokenize(list(texts), stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)
    query_tokens = bm25s.tokenize(list(questions), stopwords="en", stemmer=stemmer, show_progress=False)
    indices, scores = index.retrieve(query_tokens, k=min(limit, len(texts)), show_progress=False)
    return [
        [int(position) for position, score in zip(row, row_scores, strict=True) if score > 0]
        for row, row_scores in zip(indices, scores, strict=True)
    ]
