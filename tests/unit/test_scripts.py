"""Stop words and scripts without spaces: one definition for search, answers, questions and the page."""

import re

import pytest

from app.core.scripts import DENSE, UNSPACED
from app.core.stop_words import BASIC_STOP_WORDS, STOP_WORDS
from app.quality.expected.words import holds
from app.rewrite.followups import content_words, points_back
from app.web.highlight import terms

WITHOUT_SPACES = {
    "Thai": "ท่าเรือเปิดกี่โมง",
    "Lao": "ທ່າເຮືອເປີດຈັກໂມງ",
    "Myanmar": "ဆိပ်ကမ်းဘယ်အချိန်ဖွင့်သလဲ",
    "Khmer": "កំពង់ផែបើកម៉ោងប៉ុន្មាន",
    "Japanese": "港は何時に開きますか",
    "Chinese": "港口几点开门以及何时关闭",
}
KOREAN = "항구는 몇 시에 문을 여나요"


@pytest.mark.parametrize("text", WITHOUT_SPACES.values(), ids=WITHOUT_SPACES)
def test_scripts_without_spaces_are_recognised(text: str) -> None:
    assert re.search(f"[{UNSPACED}]", text)
    assert re.search(f"[{DENSE}]", text)


def test_korean_is_dense_and_has_spaces() -> None:
    assert re.search(f"[{DENSE}]", KOREAN)
    assert not re.search(f"[{UNSPACED}]", KOREAN)


@pytest.mark.parametrize("text", [*WITHOUT_SPACES.values(), KOREAN], ids=[*WITHOUT_SPACES, "Korean"])
def test_a_whole_question_without_spaces_stands_alone_and_its_beginning_does_not(text: str) -> None:
    assert points_back(text) == ""
    assert points_back(text[:3]) == "it is very short"


@pytest.mark.parametrize("text", WITHOUT_SPACES.values(), ids=WITHOUT_SPACES)
def test_a_quote_may_begin_and_end_at_any_letter_of_a_script_without_spaces(text: str) -> None:
    letters = [index for index, letter in enumerate(text) if letter.isalpha()]
    assert holds(text[letters[1] : letters[-1]], text)


def test_function_words_are_neither_content_words_nor_highlighted() -> None:
    assert content_words("How long was the car in der Werkstatt?") == ["car", "werkstatt"]
    assert len(terms("How long was the car in der Werkstatt?")) == 2


def test_the_short_list_is_part_of_the_long_one() -> None:
    assert BASIC_STOP_WORDS < STOP_WORDS
    assert not STOP_WORDS & {"bin", "car", "dos", "sin", "todo", "war"}
