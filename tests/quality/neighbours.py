"""`python -m tests.quality.neighbours`: answers over two neighbouring passages, in the prompt or not.

Two kinds over COVID-QA, whose answers people marked: one answer that begins in a chunk and ends in the next, and two
questions about one article, joined, whose answers lie in neighbouring chunks.
"""

import itertools
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

from sqlalchemy import Engine, text

from app.core import database
from app.core.domain import Context, Passage, Retrieved
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.pack import pack
from app.search import Searcher
from app.sections import Sections
from app.stages import build_stages
from app.widen import Widener
from tests.quality.sets import FOLDER, ingest

Count = Callable[[str], int]
SET = "covidqa_longdocs"
TOKENS = (0, 300, 800)
QUESTIONS = 80  # of the second kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A question that needs two neighbouring chunks."""

    kind: str
    text: str
    chunks: frozenset[int]


def main() -> None:
    """A line for each number of section tokens."""
    with tempfile.TemporaryDirectory(prefix="foremost-neighbours-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        engine = database.engine_for(database.start_embedded(folder))
        embedder = build_embedder("all-MiniLM-L6-v2", folder)
        database.migrate(engine, embedding_dimension=embedder.dimension)
        ingest(SET, engine, embedder)
        stages = build_stages(engine, embedder)
        settings = load_settings(data_dir=folder)
        searcher = stages.searcher(settings)
        for questions in drawn(engine):
            print(f"{questions[0].kind}: {len(questions)} questions, such as {questions[len(questions) // 2].text!r}")
            found = [searcher.search(question.text) for question in questions]
            for tokens in TOKENS:
                packed = [_packed(one, searcher, stages.count_tokens) for one in found]
                _report(tokens, questions, packed, Widener(Sections(engine), tokens=tokens), stages.count_tokens)
            for tokens in TOKENS[1:]:
                print(f"instead {tokens} tokens for more passages:")
                packed = [_packed(one, searcher, stages.count_tokens, limit=50, more=tokens) for one in found]
                _report(0, questions, packed, Widener(Sections(engine), tokens=0), stages.count_tokens)
        engine.dispose()


def drawn(engine: Engine) -> tuple[list[Drawn], list[Drawn]]:
    """Answers across a border, all of them; and joined questions, evenly spaced over the articles."""
    chunks = _chunks_of(engine)
    texts = {row["id"]: row["text"].strip() for row in _rows("queries")}
    answers = {row["id"]: [(at, at + size) for at, size in row["spans"]] for row in _rows("answers")}
    across: list[Drawn] = []
    held: dict[tuple[str, int], str] = {}  # document and place of a chunk -> the first question that it answers alone
    for line in (FOLDER / SET / "qrels.tsv").read_text("utf-8").splitlines():
        question, document, _ = line.split("\t")
        if len(answers[question]) != 1:
            continue
        places = chunks.get(document, [])
        place = _holder(places, *answers[question][0])
        if place is not None:
            held.setdefault((document, place), texts[question])
        elif pair := _pair(places, *answers[question][0]):
            across.append(Drawn(kind="one answer across a border", text=texts[question], chunks=pair))
    joined = [
        Drawn(
            kind="two facts side by side",
            text=f"{held[document, place]} {held[document, place + 1]}",
            chunks=frozenset((chunks[document][place].id, chunks[document][place + 1].id)),
        )
        for document, place in held
        if (document, place + 1) in held and chunks[document][place].heading == chunks[document][place + 1].heading
    ]
    return across, joined[:: max(1, len(joined) // QUESTIONS)][:QUESTIONS]


class _Chunk(NamedTuple):
    id: int
    start: int
    end: int
    heading: str


def _chunks_of(engine: Engine) -> Mapping[str, Sequence[_Chunk]]:
    """Address of a document -> its chunks in reading order."""
    chunks: dict[str, list[_Chunk]] = {}
    query = text(
        "SELECT d.source_uri, c.id, c.start_char, c.end_char, c.heading FROM chunks AS c "
        "JOIN documents AS d ON d.id = c.document_id ORDER BY c.document_id, c.ordinal"
    )
    with engine.connect() as connection:
        for uri, *values in connection.execute(query):
            chunks.setdefault(uri, []).append(_Chunk(*values))
    return chunks


def _holder(chunks: Sequence[_Chunk], start: int, end: int) -> int | None:
    """Place of the chunk that holds a span whole."""
    return next((place for place, one in enumerate(chunks) if one.start <= start and end <= one.end), None)


def _pair(chunks: Sequence[_Chunk], start: int, end: int) -> frozenset[int]:
    """The two neighbours that hold a span together; empty where more are needed."""
    for one, other in itertools.pairwise(chunks):
        if one.start <= start < one.end and other.start < end <= other.end and one.heading == other.heading:
            return frozenset((one.id, other.id))
    return frozenset()


def _rows(kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / SET / f"{kind}.jsonl").read_text("utf-8").splitlines()]


def _packed(found: Retrieved, searcher: Searcher, count: Count, *, limit: int = 5, more: int = 0) -> Context:
    return pack(
        found.context.hits,
        limit=limit,
        token_budget=1000 + more,
        floor=0.2,
        relevance=searcher.reranker.relevance,
        count_tokens=count,
        scored=found.scored > 0,
    )


def _report(tokens: int, questions: Sequence[Drawn], packed: Sequence[Context], widener: Widener, count: Count) -> None:
    both, either, sizes, seconds = [], [], [], []
    for question, context in zip(questions, packed, strict=True):
        start = time.perf_counter()
        wider = widener.widen(context, tokens=tokens, count_tokens=count)
        seconds.append(time.perf_counter() - start)
        there = {chunk for passage in wider.passages for chunk in _chunks(passage)}
        both.append(question.chunks <= there)
        either.append(bool(question.chunks & there))
        sizes.append(wider.tokens)
    print(
        f"section tokens {tokens:4}: both in the prompt {mean(both):.3f}, one or both {mean(either):.3f}, "
        f"{mean(sizes):.0f} tokens of passages, {1000 * median(seconds):.0f} ms to widen"
    )


def _chunks(passage: Passage) -> list[int]:
    return [*(hit.chunk_id for hit in passage.hits), *(chunk.chunk_id for chunk in passage.added)]


if __name__ == "__main__":
    main()
