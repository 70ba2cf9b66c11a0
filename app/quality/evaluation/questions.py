"""Questions to be evaluated: the golden set, or a folder in BEIR's layout."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import NotFoundError, SettingsError
from app.quality.expected.golden import Expected, GoldenQuestion

_JUDGEMENTS = ("qrels/test.tsv", "qrels.tsv", "qrels/dev.tsv", "qrels/train.tsv")


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationQuestion:
    """A question with its expected passages."""

    key: str  # stays the same from run to run
    text: str
    expected: tuple[Expected, ...]  # empty and answerable: not judged, it counts for refusal only
    answerable: bool = True
    collection: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionSet:
    """Questions and their origin."""

    name: str  # "golden", or the folder's name
    questions: tuple[EvaluationQuestion, ...]
    corpus: Path | None = None  # corpus.jsonl of a folder; None: the documents in the database
    digest: str = ""  # of that corpus


def of_golden(questions: Sequence[GoldenQuestion]) -> QuestionSet:
    """The golden set as questions to be evaluated. Raises NotFoundError when it is empty."""
    if not questions:
        raise NotFoundError(
            "The golden set is empty.",
            fix="Run: python -m app golden import FILE, or: python -m app golden draft --count 50",
        )
    golden = tuple(
        EvaluationQuestion(
            key=_key(question.question, question.collection),
            text=question.question,
            expected=question.expected,
            answerable=question.answerable,
            collection=question.collection,
        )
        for question in questions
    )
    return QuestionSet(name="golden", questions=golden)


def of_folder(folder: Path) -> QuestionSet:
    """corpus.jsonl, queries.jsonl and qrels of a folder; questions without judgements are left out.

    Beside BEIR's own files: answers.jsonl with {"id", "spans": [[start, length]]} (in characters) narrows a document
    to spans of it, and a query with "answerable": false is answered by no document. Raises SettingsError naming what
    is missing.
    """
    for name in ("corpus.jsonl", "queries.jsonl"):
        if not (folder / name).is_file():
            raise SettingsError(
                f"{folder} has no {name}.", fix="Give a folder in BEIR's layout, or golden for the golden set."
            )
    grades = _grades(folder)
    spans = _spans(folder / "answers.jsonl")
    questions: list[EvaluationQuestion] = []
    for row in _rows(folder / "queries.jsonl"):
        key = _id(row)
        answerable = row.get("answerable", True) is not False
        expected = tuple(
            passage
            for document, grade in grades.get(key, {}).items()
            if grade > 0
            for passage in _passages(document, grade, spans.get(key, ()))
        )
        if expected or not answerable:
            text = str(row["text"])
            questions.append(EvaluationQuestion(key=key, text=text, expected=expected, answerable=answerable))
    corpus = folder / "corpus.jsonl"
    with corpus.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return QuestionSet(name=folder.resolve().name, questions=tuple(questions), corpus=corpus, digest=digest)


def _passages(document: str, grade: int, spans: Sequence[tuple[int, int]]) -> Iterator[Expected]:
    if not spans:
        yield Expected(source_uri=document, grade=grade)
    for start, length in spans:
        yield Expected(source_uri=document, grade=grade, start_char=start, end_char=start + length)


def _grades(folder: Path) -> dict[str, dict[str, int]]:
    path = next((folder / name for name in _JUDGEMENTS if (folder / name).is_file()), None)
    if path is None:
        raise SettingsError(f"{folder} has no judgements.", fix=f"Add one of {', '.join(_JUDGEMENTS)}.")
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        fields = line.split("\t")
        if number == 1 and fields[-1].strip() == "score":  # BEIR's header
            continue
        try:
            question, document, grade = fields[0], fields[-2], int(fields[-1])  # TREC's form has a column in between
        except (ValueError, IndexError) as error:
            raise SettingsError(
                f"{path} line {number} is not a judgement.",
                fix="Write question, document and grade, separated by tabs.",
            ) from error
        grades[question][document] = grade
    return grades


def _spans(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Question -> spans (start, length) in characters; empty without the file."""
    if not path.is_file():
        return {}
    spans = {}
    for row in _rows(path):
        if row.get("spans"):
            spans[_id(row)] = [(int(start), int(length)) for start, length in row["spans"]]
    return spans


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:  # splitlines() would also cut at U+2028, which JSON may hold as it is
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise SettingsError(f"{path} line {number} is not JSON.") from error


def _id(row: dict[str, Any]) -> str:
    return str(row["_id"] if "_id" in row else row["id"])


def _key(text: str, collection: str | None) -> str:
    return hashlib.blake2b(f"{collection or ''}\x00{text}".encode(), digest_size=8).hexdigest()
