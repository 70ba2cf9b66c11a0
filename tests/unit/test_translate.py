"""Sentences of the page in the reader's language."""

import re

import pytest

from app.core.domain import Outcome, Sentence, Support
from app.core.language import _NAMES, language_name, unread_language
from app.core.scope import nothing_in
from app.present.answer_verdict import verdict_of
from app.present.translate import LANGUAGES, catalogue, preferred, reading, translated
from app.prompts import NOT_FOUND
from app.rerank import base, by_language

PLACES = re.compile(r"\{\w+\}")
GERMAN_ONLY = [language for language in LANGUAGES if language != "en"]


def sentence(support: Support, *, doubt: str = "") -> Sentence:
    return Sentence(text="x", start=0, end=1, support=support, passages=(), score=0.0, doubt=doubt)


CITED, CLOSEST, NONE = (sentence(kind) for kind in (Support.CITED, Support.ATTRIBUTED, Support.UNSUPPORTED))
DOUBTED = sentence(Support.CITED, doubt="passage 2 says “4,000 €”")
VERDICTS = [
    verdict_of(outcome, sentences, searched=searched, scope=scope).line
    for outcome, sentences, searched, scope in (
        (Outcome.FAILED, (), 0, ""),
        (Outcome.NOT_FOUND, (), 0, ""),
        (Outcome.NOT_FOUND, (), 0, "collection club"),
        (Outcome.NOT_FOUND, (), 50, ""),
        (Outcome.STOPPED, (), 0, ""),
        (Outcome.STOPPED, (NONE, CITED), 0, ""),
        (Outcome.ANSWERED, (), 0, ""),
        (Outcome.ANSWERED, (NONE,), 0, ""),
        (Outcome.ANSWERED, (NONE, CITED), 0, ""),
        (Outcome.ANSWERED, (NONE, NONE, CITED), 0, ""),
        (Outcome.ANSWERED, (CITED,), 0, ""),
        (Outcome.ANSWERED, (CLOSEST,), 0, ""),
        (Outcome.ANSWERED, (CLOSEST, CITED), 0, ""),
        (Outcome.ANSWERED, (DOUBTED,), 0, ""),
        (Outcome.ANSWERED, (DOUBTED, DOUBTED, NONE), 0, ""),
        (Outcome.ANSWERED, (DOUBTED, DOUBTED), 0, ""),
    )
]
NOTICES = [
    NOT_FOUND,
    base.LONG_QUESTION,
    *base._notes(3, 50, 2, 800),
    by_language._QUESTION.format("Spanish", "cross-encoder-x", by_language._NOT_READ),
    by_language._PASSAGES.format("cross-encoder-x", by_language._READ),
    unread_language("Wie lange darf man die Bücher behalten?", ["Books are lent for a month."], "all-MiniLM-L6-v2"),
]


@pytest.mark.parametrize("language", GERMAN_ONLY)
def test_every_message_has_a_translation_with_the_same_places(language: str) -> None:
    messages = catalogue(language)
    assert len(messages) > 50
    for message in messages:
        assert message.translation, message.text
        assert sorted(PLACES.findall(message.text)) == sorted(PLACES.findall(message.translation)), message.text


@pytest.mark.parametrize("line", [*VERDICTS, *NOTICES])
def test_every_verdict_and_notice_is_in_the_catalogue(line: str) -> None:
    with reading("de"):
        german = translated(line)
    assert german != line
    assert not re.search(r"\b(the|your|has|have|this|Nothing|English|question)\b", german), german
    assert translated(line) == line


@pytest.mark.parametrize("code", sorted(_NAMES))
def test_every_language_has_a_german_name(code: str) -> None:
    with reading("de"):
        assert translated(f"searched in: {language_name(code)}").startswith("gesucht in: ")
    assert language_name(code) in {message.text for message in catalogue("de")}


def test_what_stands_in_a_sentence_is_kept_and_translated_by_itself() -> None:
    with reading("de"):
        assert translated("searched in: all documents") == "gesucht in: allen Dokumenten"
        assert translated("No passage holds “a {b} c”: also searched for “50 %”.") == (
            "Keine Passage enthält „a {b} c“: Es wurde auch nach „50 %“ gesucht."
        )
        assert translated("2 of 3 sentences have no source (dotted line).").startswith("2 von 3 Sätzen haben")
        assert translated("A sentence that nobody has put into the catalogue.").startswith("A sentence")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,de;q=0.5,en;q=0.4", "de"),
        ("fr;q=0.2, en;q=0.1, de;q=0.9", "de"),
        ("ja", "en"),
        ("*", "en"),
        (";;q=x,,", "en"),
    ],
)
def test_the_browser_chooses_the_language(header: str, language: str) -> None:
    assert preferred(header) == language


def test_an_empty_scope_is_translated_as_in_an_answer() -> None:
    from app.core.domain import NO_FILTERS

    with reading("de"):
        assert translated(nothing_in("club", NO_FILTERS)).startswith("In diesem Bereich liegt nichts")
