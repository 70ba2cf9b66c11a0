"""Development sets in BEIR's layout: documents, questions and judgements, and their rows in a database."""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION, Document, Hit, Source
from app.core.embedding import Embedder
from ingest.chunk import chunk
from ingest.embed import embed
from ingest.store import Store

FOLDER = Path(os.environ.get("QUALITY_DATA", Path(__file__).resolve().parents[3] / "shared" / "data" / "dev"))
NAMES = ("xquad_en", "clapnq_dev", "pubmedqa_pqal", "cisi", "lisa", "covidqa_longdocs")
QUESTIONS = 100  # of a set, evenly spaced; all where there are fewer


@dataclass(frozen=True, kw_only=True, slots=True)
class DevelopmentSet:
    """Questions and what answers them: document ids, or spans of characters inside documents."""

    name: str
    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]  # question id -> document id -> grade
    spans: Mapping[str, tuple[tuple[int, int], ...]]  # question id -> (start, end); empty: documents are judged

    def judgements(self, question_id: str, hits: tuple[Hit, ...]) -> dict[str, int]:
        """Grades of the units that are ranked: documents, or chunks that cover an answer's span."""
        if question_id not in self.spans:
            return dict(self.grades[question_id])
        found = {hit_unit(self, hit): 1 for hit in hits if self._covers(question_id, hit)}
        return found or {"the answer was not among the candidates": 1}

    def _covers(self, question_id: str, hit: Hit) -> bool:
        return hit.source_uri in self.grades[question_id] and any(
            hit.start_char <= start and end <= hit.end_char for start, end in self.spans[question_id]
        )


def hit_unit(data: DevelopmentSet, hit: Hit) -> str:
    """What a candidate counts as: its document, or itself where answers are spans."""
    return str(hit.chunk_id) if data.spans else hit.source_uri


def load(name: str) -> DevelopmentSet:
    """The set with at most QUESTIONS judged questions."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (FOLDER / name / "qrels.tsv").read_text("utf-8").splitlines():
        question_id, document_id, grade = line.split("\t")
        grades[question_id][document_id] = int(grade)
    questions = {row["id"]: row["text"] for row in _rows(name, "queries") if row["id"] in grades}
    spans: dict[str, tuple[tuple[int, int], ...]] = {}
    if name == "covidqa_longdocs":  # long documents: finding the right one is not enough
        spans = {row["id"]: tuple((at, at + size) for at, size in row["spans"]) for row in _rows(name, "answers")}
    step = max(1, len(questions) // QUESTIONS)
    kept = dict(list(questions.items())[::step][:QUESTIONS])
    return DevelopmentSet(name=name, questions=kept, grades=grades, spans=spans)


def ingest(name: str, engine: Engine, embedder: Embedder) -> None:
    """Chunk, embed and store the set's documents as ingestion does it."""
    store = Store(engine, chunker_version=CHUNKER_VERSION)
    for row in _rows(name, "corpus"):
        content = row["text"].encode("utf-8", "replace")
        source = Source(uri=row["id"], name=row["id"], content=content, sha256=hashlib.sha256(content).hexdigest())
        document = Document(title=row["title"], text=row["text"], media_type="text/plain", language="en")
        chunks = embed(chunk(document, embedder), embedder)
        store.store(source, document, chunks, collection=name, embedder=embedder, timings={})
    store.refresh_statistics(always=True)


def _rows(name: str, kind: str) -> list[dict[str, Any]]:
    lines = (FOLDER / name / f"{kind}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
