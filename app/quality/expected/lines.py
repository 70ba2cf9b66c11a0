"""Golden questions as lines of JSON: a file goes in, questions come out, and the other way round.

A line of ours:
    {"question": "…", "expected": [{"document": "manual.pdf", "part": 3, "quote": "…"}], "answerable": true}
with "start", "end" and "sha256" where a span is known, "collection", "source", "status" and "note" where they matter.
An expected passage may be a string: words to be found, or a document when it has no space.
BEIR-like lines: {"_id": "1", "text": "…"} with the judgements beside them, {"query": "…", "positive": ["document"]}.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import QuestionError
from app.quality.expected.golden import ORIGINS, Expected, GoldenQuestion, Origin, Status

_DOCUMENT = re.compile(r"(?P<document>\S+?|[^\n]{1,200}\.\w{1,5})(?::(?P<part>\d+))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What one line says."""

    question: str
    expected: tuple[Expected, ...]
    answerable: bool
    source: Origin
    status: Status
    collection: str | None
    note: str


def read_lines(path: Path) -> Iterator[Line]:
    """The questions of a file. Raises QuestionError naming the line that is wrong."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"{path} cannot be read ({error}). Give a file of JSON lines in UTF-8.") from error
    for number, written in enumerate(text.split("\n"), 1):  # splitlines() would also cut at U+2028 within a quote
        if written.strip():
            try:
                yield _line(json.loads(written))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise QuestionError(f"{path} line {number}: {_reason(error)}. See `golden import --help`.") from error


def write_lines(questions: Iterable[GoldenQuestion]) -> str:
    """The questions as lines that read_lines takes back unchanged."""
    return "".join(json.dumps(_written(question), ensure_ascii=False) + "\n" for question in questions)


def expected_from(text: str) -> Expected:
    """What a person typed: a document, DOCUMENT:PAGE, or words of the passage (anything with a space but a file name).

    Raises QuestionError for nothing.
    """
    written = text.strip().strip('"“”„')
    if not written:
        raise QuestionError('Name a document, DOCUMENT:PAGE, or "words of the passage".')
    named = _DOCUMENT.fullmatch(written)
    if named is None:
        return Expected(quote=written)
    return Expected(source_uri=named["document"], part=int(named["part"]) if named["part"] else None)


def _line(row: Mapping[str, Any]) -> Line:
    question = _first(row, "question", "query", "text")
    if not isinstance(question, str) or not question.strip():
        raise ValueError("it has no question")
    listed = _first(row, "expected", "positive", "relevant") or []
    if isinstance(listed, str | Mapping):
        listed = [listed]
    expected = tuple(_expected(item) for item in listed)
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
        collection=row.get("collection") or None,
        note=str(row.get("note") or ""),
    )


def _expected(item: object) -> Expected:
    if isinstance(item, str):
        return Expected(quote=item) if " " in item.strip() else Expected(source_uri=item.strip())
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
        raise ValueError(f"{value!r} is no number")
    return int(value)


def _first(row: Mapping[str, Any], *names: str) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _written(question: GoldenQuestion) -> dict[str, object]:
    kept = {
        "collection": question.collection,
        "note": question.note,
        "source": question.source,
        "status": question.status,
    }
    expected = [
        {
            name: value
            for name, value in {
                "document": passage.source_uri,
                "sha256": passage.sha256,
                "part": passage.part,
                "start": passage.start_char,
                "end": passage.end_char,
                "quote": passage.quote,
                "grade": passage.grade if passage.grade != 1 else None,
            }.items()
            if value not in (None, "")
        }
        for passage in question.expected
    ]
    row: dict[str, object] = {"question": question.question, "answerable": question.answerable, "expected": expected}
    return row | {name: value for name, value in kept.items() if value}


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON ({error.msg})"
    return str(error) or "it is not an object"
