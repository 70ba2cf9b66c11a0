"""Training pairs from the golden set of a database."""

import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, Row

from app.core.database import reachable
from app.core.passage_text import under_heading
from app.core.sql import load_queries
from app.quality.expected.golden import Golden, GoldenQuestion
from app.quality.expected.locate import Locator, absence_of
from app.quality.training.data import TrainingError
from app.quality.training.train import Report

_QUERIES = load_queries(__file__)
POOL = 20_000  # passages at most from which negatives are mined
MOST_CHUNKS = 3  # of one expected passage; of more chunks, not every one answers the question


def write_golden_pairs(engine: Engine, file: Path, *, report: Report) -> int:
    """Write the accepted questions with the chunks that answer them, and further chunks to mine negatives from.

    Returns the number of positive pairs. Questions marked unanswerable are written without a passage. Raises
    TrainingError when no question has a passage in the database.
    """
    questions = Golden(engine).questions(status="accepted")
    locator = Locator(engine)
    with reachable(engine) as connection:
        pairs = [row for question in questions for row in _rows(connection, locator, question, report)]
        pool = [
            {"query": "", "passage": _text(row), "label": 0}
            for row in connection.execute(_QUERIES["pool"], {"most": POOL})
        ]
    positives = sum(row["label"] == 1 for row in pairs)
    if not positives:
        raise TrainingError(
            "No golden question has a passage in the database.",
            fix="Add some: python -m app golden import, or golden draft.",
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (*pairs, *pool)), "utf-8")
    report(f"{len(questions)} golden questions, {positives} passages that answer them, {len(pool)} to mine from")
    return positives


def _rows(
    connection: Connection, locator: Locator, question: GoldenQuestion, report: Report
) -> Iterator[dict[str, str | int]]:
    if not question.answerable:
        yield {"query": question.question, "passage": "", "label": 0}
    for expected in question.expected:
        located = locator.locate(expected, collection=question.collection)
        problem = absence_of(expected, located)
        if not problem and len(located.chunk_ids) > MOST_CHUNKS:
            problem = "a whole document is expected"
        if problem:
            report(f"{question.question[:60]!r} teaches nothing: {problem}")
            continue
        for row in connection.execute(_QUERIES["chunks"], {"ids": sorted(located.chunk_ids)}):
            yield {"query": question.question, "passage": _text(row), "label": 1}


def _text(row: Row[tuple[str, str, str]]) -> str:
    return under_heading(row.title, row.heading, row.text)
