"""The language of a text."""

import pytest

from app.core.language import language_of, language_of_question, unread_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("東京都庁は新宿区にあります。京都の寺院は古いです。", "ja"),
        ("서울의 날씨는 맑습니다. 부산에는 바다가 있습니다.", "ko"),
        ("ข้อมูลสำรองถูกเก็บไว้ในห้องนิรภัย", "th"),
        ("本手册介绍如何安装和配置系统。首先，请确认您的计算机满足最低要求，然后按照以下步骤进行操作。", "zh"),
        ("Городские библиотеки закрываются на летние каникулы.", "ru"),
        ("Der alte Hafen liegt im Norden der Stadt und wird verkauft.", "de"),
    ],
)
def test_a_sentence_is_enough(text: str, language: str) -> None:
    assert language_of(text, declared=None) == language


def test_two_words_are_not_enough() -> None:
    assert language_of("数据库备份", declared=None) is None
    assert language_of("Der Hafen", declared="de-AT") == "de"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("¿Cuándo se puede regar?", "es"),
        ("Combien coûte une parcelle par an ?", "fr"),
        ("Wann darf man gießen?", "de"),
        ("Qual è la tariffa annuale?", "it"),
        ("Wat kost een perceel per jaar?", "nl"),
        ("Когда можно поливать?", "ru"),
        ("何時に閉まりますか", "ja"),
        ("Ile kosztuje roczna opłata za działkę ogrodową w mieście?", "pl"),
        ("Where is the Café de la Paix?", "en"),
    ],
)
def test_a_question_tells_its_language_by_its_function_words(question: str, language: str) -> None:
    assert language_of_question(question) == language


@pytest.mark.parametrize(
    "question",
    [
        "",
        "2026?",
        "Las Vegas",
        "La Bohème opera date",
        "Is die casting used?",
        "de minimis aid rule",
        "Gebühr Parzelle",
    ],
)
def test_a_few_names_or_keywords_have_no_certain_language(question: str) -> None:
    assert language_of_question(question) is None


ENGLISH, GERMAN = "The yearly fee for a plot is 64 pounds.", "Die Gebühr für eine Parzelle ist 64 Euro im Jahr."
ASKED = "Wie hoch ist die Gebühr für eine Parzelle?"


@pytest.mark.parametrize(
    ("question", "passages", "model", "said"),
    [
        (ASKED, [ENGLISH], "all-MiniLM-L6-v2", True),
        (ASKED, [ENGLISH], "BAAI/bge-small-en-v1.5", True),
        (ASKED, [ENGLISH], "intfloat/e5-base", True),
        (ASKED, [ENGLISH, GERMAN], "all-MiniLM-L6-v2", False),
        (ASKED, [], "all-MiniLM-L6-v2", False),
        (ASKED, [ENGLISH], "intfloat/multilingual-e5-base", False),
        (ASKED, [ENGLISH], "paraphrase-multilingual-MiniLM-L12-v2", False),
        (ASKED, [ENGLISH], "my-model-1a2b3c4d", False),
        ("What is the fee for a plot?", [ENGLISH], "all-MiniLM-L6-v2", False),
    ],
)
def test_only_a_model_that_reads_english_only_misses_another_language(
    question: str, passages: list[str], model: str, said: bool
) -> None:
    assert bool(unread_language(question, passages, model)) is said
