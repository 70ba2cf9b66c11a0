"""Golden questions as lines of JSON, read and written.

A line of ours:
    {"question": "…", "expected": [{"document": "manual.pdf", "part": 3, "quote": "…"}], "answerable": true}
with "start", "end" and "sha256" where a span is known, and optional "collection", "source", "status" and "note".
An expected passage may be a string, which is read as `golden add --expect` reads it.
BEIR-like lines: {"_id": "1", "text": "…"} with the judgements beside them, {"query": "…", "positive": ["document"]}.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import NotFoundError, QuestionError
from app.quality.expected.golden import ORIGINS, Expected, GoldenQuestion, Origin, Status

# Reads a typed passage, for questions of a collection (None: of all).
PassageReader = Callable[[str, str | None], Expected]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """The question of one line."""

    question: str
    expected: tuple[Expected, ...]
    answerable: bool
    source: Origin
    status: Status
    collection: str | None
    note: str


def read_lines(path: Path, read_passage: PassageReader) -> Iterator[Line]:
    """The questions of a file. Raises QuestionError naming the line that is wrong."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"{path} cannot be read ({error}).", fix="Give a file of JSON lines in UTF-8.") from error
    for number, line in enumerate(text.split("\n"), 1):  # splitlines() would also cut at U+2028 within a quote
        if not line.strip():
            continue
        try:
            yield _line(json.loads(line), read_passage)
        except json.JSONDecodeError as error:
            raise _wrong(path, number, f"it is not JSON ({error.msg})") from error
        except (ValueError, QuestionError, NotFoundError) as error:
            raise _wrong(path, number, str(error)) from error


def write_lines(questions: Iterable[GoldenQuestion]) -> str:
    """The questions as lines that read_lines reads back unchanged."""
    return "".join(json.dumps(as_row(question), ensure_ascii=False) + "\n" for question in questions)


def as_row(question: GoldenQuestion) -> dict[str, object]:
    """A question as JSON values, without what it lacks."""
    optional = {
        "collection": question.collection,
        "note": question.note,
        "source": question.source,
        "status": question.status,
    }
    row: dict[str, object] = {
        "question": question.question,
        "answerable": question.answerable,
        "expected": [_passage_row(passage) for passage in question.expected],
    }
    return row | {name: value for name, value in optional.items() if value}


def _passage_row(passage: Expected) -> dict[str, object]:
    row = {
        "document": passage.source_uri,
        "sha256": passage.sha256,
        "part": passage.part,
        "start": passage.start_char,
        "end": passage.end_char,
        "quote": passage.quote,
        "grade": passage.grade if passage.grade != 1 else None,
    }
    return {name: value for name, value in row.items() if value not in (None, "")}


def _wrong(path: Path, number: int, problem: str) -> QuestionError:
    return QuestionError(f"{path} line {number}: {problem.rstrip('.')}.", fix="See `golden import --help`.")


def _line(row: object, read_passage: PassageReader) -> Line:
    """Raises ValueError saying what is wrong with the row, or what read_passage raises."""
    if not isinstance(row, Mapping):
        raise ValueError("it is not an object")
    question = _first(row, "question", "query", "text")
    if not isinstance(question, str) or not question.strip():
        raise ValueError("it has no question")
    collection = row.get("collection") or None
    passages = _first(row, "expected", "positive", "relevant") or []
    if isinstance(passages, str | Mapping):
        passages = [passages]
    if not isinstance(passages, list):
        raise ValueError('"expected" is a list of passages')
    expected = tuple(read_passage(p, collection) if isinstance(p, str) else _passage(p) for p in passages)
    answerable = row.get("answerable", True)
    if not isinstance(answerable, bool):
        raise ValueError('"answerable" is true or false')
    if expected and not answerable:
        raise ValueError("it is unanswerable and has an expected passage")
    source, status = row.get("source", "file"), row.get("status", "accepted")
    if source not in ORIGINS or status not in ("accepted", "draft"):
        raise ValueError(f'"source" is one of {", ".join(ORIGINS)}; "status" is accepted or draft')
    return Line(
        question=question,
        expected=expected,
        answerable=answerable,
        source=source,
        status=status,
        collection=collection,
        note=str(row.get("note") or ""),
    )


def _passage(item: object) -> Expected:
    if not isinstance(item, Mapping):
        raise ValueError("an expected passage is a string or an object")
    passage = Expected(
        source_uri=str(_first(item, "document", "source_uri", "doc_id", "_id") or ""),
        sha256=item.get("sha256"),
        part=_number(_first(item, "part", "page")),
        start_char=_number(item.get("start")),
        end_char=_number(item.get("end")),
        quote=str(_first(item, "quote", "words") or ""),
        grade=_number(_first(item, "grade", "score")) or 1,
    )
    if not passage.source_uri and not passage.quote:
        raise ValueError("an expected passage names a document, or words")
    start, end = passage.start_char, passage.end_char
    if (start is None) != (end is None) or (start is not None and end is not None and not 0 <= start < end):
        raise ValueError('"start" and "end" come together, and end is larger')
    return passage


def _number(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is not a number")
    return int(value)


def _first(row: Mapping[str, Any], *names: str) -> Any:
    """The value of the first of these names that the row has."""
    return next((row[name] for name in names if row.get(name) is not None), None)
