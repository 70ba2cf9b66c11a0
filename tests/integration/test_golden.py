"""The golden set keeps questions, their origin, and passages by document, span and words."""

import pytest
from sqlalchemy import Engine

from app.core.errors import NotFoundError, QuestionError
from app.quality.expected.golden import Expected, Golden

PAGE = Expected(source_uri="/m/manual.pdf", part=3, start_char=10, end_char=40, quote="Backups are kept for 30 days.")


def test_a_question_comes_back_with_its_passages_and_how_it_was_found(database: Engine) -> None:
    golden = Golden(database)
    number = golden.add("How long are  backups kept?", [PAGE], source="picked", collection="work")
    (kept,) = golden.questions()
    assert (kept.id, kept.question, kept.collection) == (number, "How long are backups kept?", "work")
    assert (kept.source, kept.status, kept.answerable) == ("picked", "accepted", True)
    assert kept.expected == (PAGE,)


def test_the_same_question_again_gains_the_passages_it_lacks(database: Engine) -> None:
    golden = Golden(database)
    first = golden.add("How long?", [PAGE], source="file")
    again = golden.add("How long?", [PAGE, Expected(source_uri="/m/other.txt")], source="thumbs")
    assert first == again
    assert [passage.source_uri for passage in golden.questions()[0].expected] == ["/m/manual.pdf", "/m/other.txt"]


def test_what_turns_out_unanswerable_loses_its_passages(database: Engine) -> None:
    golden = Golden(database)
    golden.add("Who won?", [PAGE], source="file")
    golden.add("Who won?", [], source="typed", answerable=False)
    (kept,) = golden.questions()
    assert not kept.answerable
    assert kept.expected == ()


def test_a_draft_counts_only_once_it_is_accepted_and_never_falls_back(database: Engine) -> None:
    golden = Golden(database)
    number = golden.add("Drafted?", [PAGE], source="drafted", status="draft")
    assert golden.questions(status="accepted") == ()
    golden.accept([number])
    golden.add("Drafted?", [PAGE], source="drafted", status="draft")
    assert [question.status for question in golden.questions()] == ["accepted"]


def test_unknown_numbers_and_empty_questions_are_refused(database: Engine) -> None:
    golden = Golden(database)
    with pytest.raises(NotFoundError, match="golden list"):
        golden.remove([99])
    with pytest.raises(QuestionError):
        golden.add(" \n ", [], source="file")
