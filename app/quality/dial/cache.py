"""Scores and timings of sweeps, kept in the database so that a stopped sweep can continue."""

import hashlib
import os
import platform
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.domain import Hit
from app.core.sql import load_queries
from app.rerank import Reranker
from app.rerank.base import passage_text

_QUERIES = load_queries(__file__)
_PROBE_QUESTION = "How long are backups kept?"
_PROBES = (
    "Backups are kept for thirty days on the second server.",
    "The harbour opens at six in the morning.",
    "A reranker reads question and passage together.",
)


class Cache:
    """Logits of (question, passage) pairs, and seconds of stages on this machine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._machine = machine()

    def scores(self, reranker: str, pairs: Sequence[str]) -> dict[str, float]:
        """Pair -> logit for the stored ones of these pairs."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["scores"], {"reranker": reranker, "pairs": list(pairs)})
            return {row.pair: row.logit for row in rows}

    def save_scores(self, reranker: str, scores: Mapping[str, float]) -> None:
        """Store the logits of pairs."""
        params = {"reranker": reranker, "pairs": list(scores), "logits": list(scores.values())}
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["save_scores"], params)

    def timings(self, stage: str, question: str) -> dict[int, float]:
        """Number of candidates -> seconds of a stage for a question, as measured on this machine."""
        params = {"machine": self._machine, "stage": stage, "question": _key(question)}
        with transaction(self._engine) as connection:
            return {row.candidates: row.seconds for row in connection.execute(_QUERIES["timings"], params)}

    def save_timings(self, stage: str, question: str, seconds: Mapping[int, float]) -> None:
        """Store the seconds of a stage for a question at each number of candidates."""
        key = {"machine": self._machine, "stage": stage, "question": _key(question)}
        rows = [key | {"candidates": candidates, "seconds": value} for candidates, value in seconds.items()]
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["save_timing"], rows)

    def forget_timings(self) -> None:
        """Delete this machine's timings, so that the next sweep measures them again, for example after it was busy."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["forget_timings"], {"machine": self._machine})


def pair_id(question: str, hit: Hit) -> str:
    """Key of a question and all the text of a passage that a reranker reads."""
    return _key(f"{question}\x00{passage_text(hit)}")


def _key(text: str) -> str:
    return str(uuid.UUID(bytes=hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()))


def identity(reranker: Reranker) -> str:
    """Name of a reranker and a hash of its logits for fixed pairs, so that a retrained model has another identity."""
    hits = [_probe(number, text) for number, text in enumerate(_PROBES, 1)]
    scored = sorted(reranker.rerank(_PROBE_QUESTION, hits).hits, key=lambda hit: hit.chunk_id)
    logits = " ".join("-" if hit.logit is None else f"{hit.logit:.3f}" for hit in scored)
    return f"{reranker.name} {hashlib.sha256(logits.encode()).hexdigest()[:12]}"


def machine() -> str:
    """Name of this machine's processor and the number of cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()} × {cores}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _probe(number: int, text: str) -> Hit:
    return Hit(
        chunk_id=number,
        document_id=number,
        collection="",
        title="",
        source_uri="",
        media_type="text/plain",
        heading="",
        part_kind=None,
        part_first=None,
        part_last=None,
        part_name="",
        ordinal=0,
        start_char=0,
        end_char=len(text),
        text=text,
        vector_distance=0.5,
        text_score=1.0,
        fused_rank=number,
        fused_score=1 / number,
    )
