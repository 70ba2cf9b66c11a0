"""Development sets in BEIR's layout: documents, questions and judgements, and their rows in a database."""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION, Document, Source
from app.core.models.embedding import Embedder
from app.core.names import identity
from ingest.chunk.chunk import OVERLAP_TOKENS, TARGET_TOKENS, chunk
from ingest.embed import embed
from ingest.store import Store

FOLDER = Path(os.environ.get("QUALITY_DATA", Path(__file__).resolve().parents[3] / "shared" / "data" / "dev"))
NAMES = ("xquad_en", "clapnq_dev", "pubmedqa_pqal", "cisi", "lisa", "covidqa_longdocs")
QUESTIONS = 100  # of a set, evenly spaced; all where there are fewer


class Ranked(Protocol):
    """The fields of a chunk that are judged; app.core.domain.Hit has them."""

    @property
    def chunk_id(self) -> int: ...
    @property
    def source_uri(self) -> str: ...
    @property
    def start_char(self) -> int: ...
    @property
    def end_char(self) -> int: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DevelopmentSet:
    """Questions and what answers them: document ids, or spans of characters inside documents."""

    name: str
    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]  # question id -> document id -> grade
    spans: Mapping[str, tuple[tuple[int, int], ...]]  # question id -> (start, end); empty: documents are judged

    def judgements(self, question_id: str, chunks: Sequence[Ranked]) -> dict[str, int]:
        """Grades of the units that are ranked: documents, or those of all chunks that cover an answer's span."""
        if question_id not in self.spans:
            return dict(self.grades[question_id])
        grades = {unit_of(self, chunk): 1 for chunk in chunks if self._covers(question_id, chunk)}
        return grades or {"no chunk holds the answer whole": 1}

    def _covers(self, question_id: str, chunk: Ranked) -> bool:
        return chunk.source_uri in self.grades[question_id] and any(
            chunk.start_char <= start and end <= chunk.end_char for start, end in self.spans[question_id]
        )


def unit_of(data: DevelopmentSet, chunk: Ranked) -> str:
    """What a candidate counts as: its document, or itself where answers are spans."""
    return str(chunk.chunk_id) if data.spans else chunk.source_uri


def load(name: str, *, questions: int = QUESTIONS) -> DevelopmentSet:
    """The set with at most so many judged questions."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (FOLDER / name / "qrels.tsv").read_text("utf-8").splitlines():
        question_id, document_id, grade = line.split("\t")
        grades[question_id][document_id] = int(grade)
    questions_by_id = {row["id"]: row["text"] for row in _rows(name, "queries") if row["id"] in grades}
    spans: dict[str, tuple[tuple[int, int], ...]] = {}
    if name == "covidqa_longdocs":  # long documents: finding the right one is not enough
        spans = {row["id"]: tuple((at, at + size) for at, size in row["spans"]) for row in _rows(name, "answers")}
    step = max(1, len(questions_by_id) // questions)
    kept = dict(list(questions_by_id.items())[::step][:questions])
    return DevelopmentSet(name=name, questions=kept, grades=grades, spans=spans)


def ingest(
    name: str,
    engine: Engine,
    embedder: Embedder,
    *,
    target_tokens: int = TARGET_TOKENS,
    overlap_tokens: int = OVERLAP_TOKENS,
) -> None:
    """Chunk, embed and store the set's documents as ingestion does it."""
    rows = _rows(name, "corpus")
    store_rows(rows, name, engine, embedder, target_tokens=target_tokens, overlap_tokens=overlap_tokens)


def store_rows(
    rows: Sequence[Mapping[str, Any]],
    collection: str,
    engine: Engine,
    embedder: Embedder,
    *,
    language: str = "en",
    target_tokens: int = TARGET_TOKENS,
    overlap_tokens: int = OVERLAP_TOKENS,
) -> None:
    """Chunk, embed and store documents {id, title, text} in a collection as ingestion does it."""
    store = Store(engine, chunker_version=CHUNKER_VERSION)
    for row in rows:
        content = row["text"].encode("utf-8", "replace")
        source = Source(uri=row["id"], name=row["id"], content=content, sha256=hashlib.sha256(content).hexdigest())
        document = Document(title=row["title"], text=row["text"], media_type="text/plain", language=language)
        pieces = chunk(
            document,
            embedder,
            identity=identity(source.uri, source.name, document.title),
            target_tokens=target_tokens,
            overlap_tokens=overlap_tokens,
        )
        chunks = embed(pieces, embedder)
        store.store(source, document, chunks, collection=collection, embedder=embedder, timings={})
    store.refresh_statistics(always=True)


def _rows(name: str, kind: str) -> list[dict[str, Any]]:
    lines = (FOLDER / name / f"{kind}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
