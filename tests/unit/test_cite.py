"""Markers are checked, unmarked sentences are attributed or named as unsupported, and doubts are said."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from app.cite.cite import cite
from app.core.domain import Citations, Passage, Support
from tests.support.builders import make_passage

BACKUP = make_passage(1, "The nightly backup runs at 02:30 UTC and keeps fourteen copies on the Hamburg server.")
ROTA = make_passage(2, "The on-call engineer rotates every Thursday at 10:00; Maria Jensen plans the rota.")


def by_words(sentences: Sequence[str], passages: Sequence[str]) -> npt.NDArray[np.float32]:
    """A stand-in for meaning: the share of a sentence's long words that a passage holds."""
    rows = []
    for sentence in sentences:
        words = [word.strip(".,").casefold() for word in sentence.split() if len(word) > 3]
        rows.append([sum(word in text.casefold() for word in words) / max(1, len(words)) for text in passages])
    return np.array(rows, dtype=np.float32).reshape(len(sentences), len(passages))


def _cite(
    text: str, passages: Sequence[Passage] = (BACKUP, ROTA), floor: float = 0.55, question: str = ""
) -> Citations:
    return cite(text, passages, question=question, support=by_words, floor=floor)


def test_a_marker_is_resolved_to_its_passage() -> None:
    result = _cite("The backup runs at 02:30 UTC [1].")
    assert (result.sentences[0].support, result.sentences[0].passages) == (Support.CITED, (1,))
    assert result.sentences[0].doubt == ""
    assert result.cited == {1}


def test_markers_that_point_nowhere_are_removed_and_counted() -> None:
    result = _cite("The backup runs at 02:30 UTC [1][7]. The rota changes on Thursday [0].")
    assert result.text == "The backup runs at 02:30 UTC [1]. The rota changes on Thursday."
    assert result.removed_markers == 2


def test_all_ways_of_writing_markers_are_read() -> None:
    for written in ("[1, 2]", "[1-2]", "[^1][^2]", "【1】【2】", "[passages 1, 2]", "[1][2]"):
        result = _cite(f"Backup and rota are planned {written}.")
        assert result.text == "Backup and rota are planned [1][2]."
        assert result.sentences[0].passages == (1, 2)


def test_a_marker_after_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    result = _cite("The backup runs at 02:30 UTC. [1] The on-call engineer rotates every Thursday. [2]")
    assert [sentence.passages for sentence in result.sentences] == [(1,), (2,)]


def test_brackets_in_code_are_left_alone() -> None:
    text = "Take `rows[9]` first.\n```\nx = a[3]\n```"
    result = _cite(text)
    assert result.text == text
    assert result.removed_markers == 0


def test_a_sentence_without_a_marker_is_attributed_to_the_passage_that_supports_it() -> None:
    result = _cite("The on-call engineer rotates every Thursday.")
    assert (result.sentences[0].support, result.sentences[0].passages) == (Support.ATTRIBUTED, (2,))


def test_a_wrong_number_is_not_attributed() -> None:
    result = _cite("The nightly backup runs at 03:45 UTC and keeps fourteen copies.")
    assert result.sentences[0].support is Support.UNSUPPORTED
    assert result.cited == frozenset()


def test_a_name_that_no_passage_holds_is_not_attributed() -> None:
    assert _cite("The rota is planned by Peter Olsen.").sentences[0].support is Support.UNSUPPORTED


def test_a_price_of_one_thing_is_no_answer_about_another() -> None:
    passage = make_passage(1, "Bicycles cost 4.50 euros a crossing; there is room for ten of them on the car deck.")
    said = "{} cost 4.50 euros a crossing."
    right = _cite(said.format("Bicycles"), [passage], question="What does a bicycle cost?").sentences[0]
    wrong = _cite(said.format("Cabins"), [passage], question="What does a cabin cost?").sentences[0]
    assert (right.support, wrong.support) == (Support.ATTRIBUTED, Support.UNSUPPORTED)


def test_a_copied_sentence_stays_supported_when_the_question_used_other_words() -> None:
    said = "The nightly backup runs at 02:30 UTC and keeps fourteen copies on the Hamburg server."
    answer = _cite(said, question="Wann wird gesichert?")
    assert answer.sentences[0].support is Support.ATTRIBUTED


def test_nothing_is_attributed_below_the_floor() -> None:
    text = "The nightly backup runs at 02:30 UTC."
    assert _cite(text, floor=0.55).sentences[0].support is Support.ATTRIBUTED
    assert _cite(text, floor=1.01).sentences[0].support is Support.UNSUPPORTED


def test_a_cited_sentence_that_its_passage_contradicts_says_why() -> None:
    doubt = _cite("The nightly backup runs at 03:45 UTC [1].").sentences[0].doubt
    assert doubt == "passage 1 does not mention 3:45"


def test_a_sentence_cited_to_the_wrong_passage_is_doubted() -> None:
    assert "does not seem to say this" in _cite("Copies are kept on a server [2].").sentences[0].doubt


def test_the_same_number_written_otherwise_is_the_same_number() -> None:
    passage = make_passage(1, "The fund holds 1,250,000 euros since 04:05 on day 007 of release v2.13.")
    result = _cite("The fund holds 1250000 euros since 4:05 on day 7 of release 2.13.", [passage])
    assert result.sentences[0].support is Support.ATTRIBUTED


def test_lead_ins_and_questions_are_no_claims() -> None:
    result = _cite("Here is what I found:\nYes.\nDo you want more?")
    assert {sentence.support for sentence in result.sentences} == {Support.NOT_A_CLAIM}


@pytest.mark.parametrize(
    "opening",
    [
        "Based on the information provided in the passages, ",
        "According to the context, ",
        "As stated in passage 1, ",
        "Based on the provided documents, ",
        "From the given information, ",
    ],
)
def test_an_opening_that_says_nothing_of_the_documents_does_not_count_against_a_sentence(opening: str) -> None:
    bare = _cite("the nightly backup keeps fourteen copies.").sentences[0]
    opened = _cite(f"{opening}the nightly backup keeps fourteen copies.").sentences[0]
    assert (opened.support, opened.passages, opened.score) == (Support.ATTRIBUTED, (1,), bare.score)
    assert opened.text.startswith(opening)


def test_an_opening_that_names_a_document_is_part_of_the_claim() -> None:
    sentence = _cite("According to the Madrid handbook, the nightly backup keeps fourteen copies.").sentences[0]
    assert sentence.score is not None
    assert sentence.score < (_cite("The nightly backup keeps fourteen copies.").sentences[0].score or 0)


def test_every_sentence_stands_where_it_says() -> None:
    result = _cite("One thing [9]. The rota rotates every Thursday [2]!\n\n- The backup keeps fourteen copies")
    assert all(result.text[s.start : s.end] == s.text for s in result.sentences)


def test_an_answer_without_passages_supports_nothing() -> None:
    result = _cite("The backup runs at 02:30 UTC [1].", [])
    assert result.removed_markers == 1
    assert result.sentences[0].support is Support.UNSUPPORTED
