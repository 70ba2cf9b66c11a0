"""Sentences keep their exact place in the text."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from app.cite.sentences import sentence_spans


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    assert _sentences("Dr. Smith paid 3.50 EUR. He left at 6 a.m. on Monday.") == [
        "Dr. Smith paid 3.50 EUR.",
        "He left at 6 a.m. on Monday.",
    ]


def test_a_line_break_ends_a_sentence() -> None:
    assert _sentences("# Heading\n- one\n- two\n\nLast.") == ["# Heading", "- one", "- two", "Last."]


@given(st.text(alphabet="aé 文.!?\n[1]-A3", max_size=200))
def test_no_character_but_white_space_is_lost(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
