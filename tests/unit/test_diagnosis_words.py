"""Quoted words are found as people remember them, and an expected passage is parsed from one line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import QuestionError
from app.quality.expected.expectation import Expectation, meets, parse
from app.quality.expected.words import fold, spans_of
from tests.support.builders import make_hit


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("notice period", "The NOTICE\n   period is long.", "NOTICE\n   period"),
        ('it\'s "over"', "He said it’s “over” now", "it’s “over"),
        ("football club", "the foot-\nball club won", "foot-\nball club"),
        ("cafe creme", "un café crème, s'il vous plaît", "café crème"),
        ("cafe", unicodedata.normalize("NFD", "au café noir"), unicodedata.normalize("NFD", "caf") + "e"),
        ("straße", "Die STRASSE ist lang", "STRASSE"),
        ("ﬁre drill", "one fire drill a month", "fire drill"),
        ("部屋", "この部屋です", "部屋"),
    ],
)
def test_case_spaces_accents_hyphens_and_quotation_marks_do_not_matter(quote: str, text: str, found: str) -> None:
    ((start, end),) = spans_of(quote, text)
    assert text[start:end] == found


@pytest.mark.parametrize(
    ("quote", "text"), [("rapist", "the therapist"), ("art is", "the artist"), ("…", "a … b"), ("s", "ß")]
)
def test_only_whole_words_count(quote: str, text: str) -> None:
    assert spans_of(quote, text) == []


def test_every_occurrence_is_found() -> None:
    assert spans_of("a b", "A b, a-b and ab") == [(0, 3), (5, 8), (13, 15)]


@given(st.text(max_size=40), st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_words_between_spaces_are_always_found_where_they_stand(before: str, quote: str, after: str) -> None:
    text = f"{before} {quote} {after}"
    spans = spans_of(quote, text)
    assert bool(spans) is bool(fold(quote))
    assert all(fold(text[start:end]) == fold(quote) for start, end in spans)


DOCUMENTS = {"handbook.pdf", "Safety manual", "/docs/a b.txt"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chunk:12", Expectation(chunk_id=12)),
        ("handbook.pdf", Expectation(document="handbook.pdf")),
        ("handbook.pdf:3", Expectation(document="handbook.pdf", part=3)),
        ("Safety manual:14", Expectation(document="Safety manual", part=14)),
        ('handbook.pdf:"all of it"', Expectation(document="handbook.pdf", quote="all of it")),
        ("“Safety manual”", Expectation(quote="Safety manual")),
        ("the manual says so", Expectation(quote="the manual says so")),
        ("at 10:30", Expectation(quote="at 10:30")),
        ("v2.13.0", Expectation(quote="v2.13.0")),
        ("doc-7", Expectation(quote="doc-7")),
        ("lost.docx", Expectation(document="lost.docx")),
        ("lost.docx:2", Expectation(document="lost.docx", part=2)),
        ("/docs/gone file.txt", Expectation(document="/docs/gone file.txt")),
    ],
)
def test_a_line_names_a_chunk_a_document_a_page_or_words(text: str, expected: Expectation) -> None:
    assert parse(text, DOCUMENTS.__contains__) == expected


def test_a_title_with_a_colon_and_a_number_is_that_document() -> None:
    assert parse("Annex:3", {"Annex", "Annex:3"}.__contains__) == Expectation(document="Annex:3")


@pytest.mark.parametrize("text", ["", "  ", "…", '""'])
def test_text_without_words_is_refused_with_the_forms_that_are_read(text: str) -> None:
    with pytest.raises(QuestionError, match="chunk:ID"):
        parse(text, DOCUMENTS.__contains__)


@pytest.mark.parametrize(
    ("expectation", "met"),
    [
        (Expectation(quote="tells something"), True),
        (Expectation(quote="document 1 section passage"), True),  # a heading is read too
        (Expectation(quote="tells nothing"), False),
        (Expectation(document="1.md"), True),
        (Expectation(document="DOCUMENT 1"), True),
        (Expectation(document="11.md"), False),
        (Expectation(document="/docs/1.md", part=3), True),
        (Expectation(document="/docs/1.md", part=5), False),
        (Expectation(document="/docs/1.md", quote="tells nothing"), False),
        (Expectation(chunk_id=1), True),
        (Expectation(chunk_id=2), False),
    ],
)
def test_a_candidate_is_known_by_its_own_snapshot(expectation: Expectation, met: bool) -> None:
    hit = make_hit(1, part_kind="page", part_first=3, part_last=4)
    assert meets(hit, expectation, chunk_ids=frozenset()) is met
