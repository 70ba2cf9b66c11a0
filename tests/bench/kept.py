"""Reranking 50 candidates by the built-in late interaction: nothing kept, half kept, kept on disk, kept in memory."""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.core.domain import Hit
from app.core.models.token_encoder import PassageTokens
from app.core.models.token_store import TokenStore
from app.rerank import SHIPPED, OnnxCrossEncoder, TrainedLateInteraction
from tests.bench.pool import read_pool
from tests.bench.tables import console, new_table
from tests.support.builders import make_hit

CANDIDATES = 50
TOKENS = 180  # of the passages that only fill the store
FOLDER = next(path for path in SHIPPED.glob("reranker-*"))


def main(arguments: Sequence[str] = ()) -> None:
    """Print milliseconds (median and largest of the questions) and the bytes of a passage."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench kept", description=__doc__)
    parser.add_argument("--passages", type=int, default=20_000, help="kept beside the candidates; 1,000 take 70 MB")
    parser.add_argument("--questions", type=int, default=15)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="foremost-kept-") as name:
        measure(Path(name), options.passages, options.questions)
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


def measure(folder: Path, passages: int, questions: int) -> None:
    """The orders of the rows take turns for each question, so that a busy machine slows all alike."""
    cases = _cases(questions)
    none = TrainedLateInteraction(FOLDER, budget_ms=0, store=TokenStore(None, disk_bytes=0, memory_bytes=0))
    disk = TokenStore(folder, disk_bytes=2**40, memory_bytes=0)
    _fill(disk, passages)
    by_disk = TrainedLateInteraction(FOLDER, budget_ms=0, store=disk)
    by_memory = TrainedLateInteraction(FOLDER, budget_ms=0, store=TokenStore(None, disk_bytes=0))
    pair = OnnxCrossEncoder(FOLDER, budget_ms=0)
    times: dict[str, list[float]] = {}
    before = disk.stored_bytes()
    for question, hits in cases:
        _timed(times, "question and passage as one pair", pair, question, hits)
        _timed(times, "nothing kept", none, question, hits)
        by_disk.rerank(question, hits[::2])
        _timed(times, "half kept on disk", by_disk, question, hits)
        _timed(times, "kept on disk", by_disk, question, hits)
        by_memory.rerank(question, hits)
        _timed(times, "kept in memory", by_memory, question, hits)
    bytes_each = (disk.stored_bytes() - before) / (CANDIDATES * len(cases))
    table = new_table(
        f"{CANDIDATES} candidates, {len(cases)} questions, {passages:,} other passages kept; "
        f"{bytes_each:,.0f} bytes a passage",
        "", "median ms", "largest ms", "of the pair's",
    )  # fmt: skip
    base = statistics.median(times["question and passage as one pair"])
    for row, values in times.items():
        median = statistics.median(values)
        table.add_row(row, f"{1000 * median:.0f}", f"{1000 * max(values):.0f}", f"{median / base:.3f}")
    console.print(table)


def _timed(
    times: dict[str, list[float]],
    row: str,
    reranker: OnnxCrossEncoder | TrainedLateInteraction,
    question: str,
    hits: Sequence[Hit],
) -> None:
    start = time.perf_counter()
    reranker.rerank(question, hits)
    times.setdefault(row, []).append(time.perf_counter() - start)


def _cases(questions: int) -> list[tuple[str, list[Hit]]]:
    """Real questions, each with candidates of its own of about a chunk's length."""
    pool = read_pool(questions=questions)
    sentences = [sentence for document in pool.documents for sentence in document]
    cases = []
    for number, question in enumerate(pool.questions[:questions]):
        texts = [
            " ".join(sentences[(number * CANDIDATES + place) * 6 % len(sentences) :][:6]) for place in range(CANDIDATES)
        ]
        cases.append(
            (question, [make_hit(rank, text, logit=None, rerank_score=None) for rank, text in enumerate(texts, 1)])
        )
    return cases


def _fill(store: TokenStore, passages: int) -> None:
    draw = np.random.default_rng(1)
    for first in range(0, passages, 500):
        made = {}
        for number in range(first, min(first + 500, passages)):
            values = draw.integers(-127, 128, (TOKENS, 384)).astype(np.int8)
            steps = np.full(TOKENS, 0.002, np.float16)
            made[number.to_bytes(20, "big")] = PassageTokens(values=values, steps=steps, cut=False)
        store.put(made)
