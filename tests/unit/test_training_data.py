"""Reading and cleaning training pairs."""

import gzip
import json
from pathlib import Path

import pytest

from app.quality.training.data import Pair, TrainingError, is_english, is_telling, read_sources, sentence_pairs

PROSE = "The valve is opened by a spring that is held in place with a pin, so that it can not be lost."


def write(path: Path, *rows: object) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_both_spellings_labels_and_grades_are_read(tmp_path: Path) -> None:
    write(tmp_path / "one.jsonl", {"q": "what opens it", "p": PROSE}, {"query": "who", "passage": PROSE, "label": 0})
    write(tmp_path / "two.jsonl.gz", {"q": "what opens it", "p": PROSE, "grade": 3, "site": "a.org"})
    sources = read_sources(tmp_path)
    assert [pair.grade for pair in sources["one"]] == [1, 0]
    assert sources["two"] == [Pair(query="what opens it", passage=PROSE, grade=3, scope="a.org")]


def test_a_file_that_is_left_out_of_a_folder_is_read_when_named_alone(tmp_path: Path) -> None:
    named = write(tmp_path / "subjqa.jsonl", {"q": "how is it", "p": PROSE})
    write(tmp_path / "other.jsonl", {"q": "what opens it", "p": PROSE})
    assert list(read_sources(tmp_path)) == ["other"]
    assert list(read_sources(named)) == ["subjqa"]


def test_unanswerable_questions_join_the_source_whose_passages_they_are_put_to(tmp_path: Path) -> None:
    write(tmp_path / "squad_dev_pairs.jsonl", {"q": "what opens it", "p": PROSE})
    write(tmp_path / "squad_unanswerable.jsonl", {"q": "who opens it", "p": PROSE, "label": 0})
    sources = read_sources(tmp_path)
    joined = [(pair.query, pair.grade) for pair in sources["squad_dev_pairs"]]
    assert joined == [("what opens it", 1), ("who opens it", 0)]
    assert list(sources) == ["squad_dev_pairs"]


def test_a_golden_file_gives_the_passages_it_quotes_and_the_questions_without_an_answer(tmp_path: Path) -> None:
    file = write(
        tmp_path / "golden.jsonl",
        {"question": "what opens it", "expected": [{"document": "a.pdf", "quote": PROSE}, {"document": "b.pdf"}]},
        {"question": "who sells it", "answerable": False, "expected": []},
    )
    assert [(pair.query, pair.passage, pair.grade) for pair in read_sources(file)["golden"]] == [
        ("what opens it", PROSE, 1),
        ("who sells it", "", 0),
    ]


def test_data_without_any_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="No "):
        read_sources(write(tmp_path / "pairs.jsonl", {"q": "what opens it", "p": PROSE, "label": 0}))


def test_repeated_and_tiny_pairs_are_dropped(tmp_path: Path) -> None:
    row = {"q": "what opens it", "p": PROSE}
    sources = read_sources(write(tmp_path / "pairs.jsonl", row, row, {"q": "why", "p": "Because."}))
    assert len(sources["pairs"]) == 1


@pytest.mark.parametrize("line", ["{", "[1]", '{"q": 1, "p": "x"}', '{"q": "a question", "p": "x", "label": "high"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(line + "\n")
    with pytest.raises(TrainingError, match=r"pairs\.jsonl"):
        read_sources(file)


def test_an_empty_folder_is_an_error_with_a_fix(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="Give a"):
        read_sources(tmp_path)


def test_english_prose_is_distinguished_from_other_text() -> None:
    assert is_english(PROSE)
    assert not is_english("Das Ventil wird durch eine Feder geöffnet, die mit einem Stift gehalten wird.")
    assert not is_english("libfoo-dev libbar-dev libbaz-dev libqux-dev a b c d e")


def test_meaningless_headings_are_recognised() -> None:
    assert is_telling("How do I open the valve?")
    assert not is_telling("See also: other commands")


def test_a_sentence_pair_has_no_sentence_of_its_query_left_in_its_passage() -> None:
    sentences = [
        f"The {word} of the machine is opened by a spring that holds." for word in "one two three four".split()
    ]
    pairs = sentence_pairs([Pair(query="q", passage=" ".join(sentences), grade=1)], 5, seed=1)
    assert len(pairs) == 1
    assert pairs[0].query not in pairs[0].passage
    assert len(pairs[0].passage) > 100
