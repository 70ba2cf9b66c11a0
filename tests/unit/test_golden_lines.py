"""Golden questions as lines of a file: which are read, which are refused, and that writing and reading agree."""

import json
from pathlib import Path

import pytest

from app.core.errors import NotFoundError, QuestionError
from app.quality.expected.expectation import parse
from app.quality.expected.golden import Expected, GoldenQuestion
from app.quality.expected.lines import read_lines, write_lines


def passage(text: str, _collection: str | None) -> Expected:
    """A typed passage over an empty corpus that holds the document doc7 alone."""
    expectation = parse(text, {"doc7"}.__contains__)
    if expectation.chunk_id is not None:
        raise NotFoundError("There is no passage.")
    return Expected(source_uri=expectation.document, part=expectation.part, quote=expectation.quote)


def written(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "golden.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    span = Expected(
        source_uri="/m/a.pdf", sha256="ab", part=3, start_char=5, end_char=9, quote="a “b”\u2028c\x85", grade=2
    )
    question = GoldenQuestion(
        id=4, question="How?", expected=(span, Expected(quote="other words")), answerable=True, source="picked",
        status="draft", collection="work", note="by hand",
    )  # fmt: skip
    path = tmp_path / "out.jsonl"
    path.write_text(write_lines([question]), "utf-8")
    (line,) = read_lines(path, passage)
    assert (line.question, line.expected, line.answerable) == ("How?", question.expected, True)
    assert (line.source, line.status, line.collection, line.note) == ("picked", "draft", "work", "by hand")


def test_rows_of_other_tools_are_understood(tmp_path: Path) -> None:
    rows = list(
        read_lines(
            written(
                tmp_path,
                {"_id": "1", "text": "From BEIR?"},
                {"query": "Positives?", "positive": ["doc7"]},
                {"question": "Words?", "expected": "the words of it"},
                {"question": "None?", "answerable": False},
            ),
            passage,
        )
    )
    assert [row.question for row in rows] == ["From BEIR?", "Positives?", "Words?", "None?"]
    assert [row.expected for row in rows] == [
        (),
        (Expected(source_uri="doc7"),),
        (Expected(quote="the words of it"),),
        (),
    ]
    assert [row.answerable for row in rows] == [True, True, True, False]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"expected": ["a"]}, "no question"),
        ({"question": "Q?", "expected": ["a"], "answerable": False}, "unanswerable and has"),
        ({"question": "Q?", "expected": [{"start": 3, "document": "d"}]}, "come together"),
        ({"question": "Q?", "expected": [{"grade": 3}]}, "names a document"),
        ({"question": "Q?", "source": "dream"}, '"source" is one of'),
        (["Q?"], "not an object"),
        ({"question": "Q?", "expected": 7}, "list of passages"),
        ({"question": "Q?", "expected": ["chunk:9"]}, "no passage"),
        ({"question": "Q?", "expected": ["…"]}, "chunk:ID"),
    ],
)
def test_a_wrong_line_is_named_with_its_fault(tmp_path: Path, row: object, problem: str) -> None:
    with pytest.raises(QuestionError, match=problem) as caught:
        list(read_lines(written(tmp_path, row), passage))
    assert "golden.jsonl line 1" in str(caught.value)


def test_a_file_that_is_not_json_or_missing_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not json", "utf-8")
    for wrong in (path, tmp_path / "missing.jsonl"):
        with pytest.raises(QuestionError) as caught:
            list(read_lines(wrong, passage))
        assert "\n" not in str(caught.value)
