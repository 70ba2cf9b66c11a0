"""The language of a text."""

import pytest

from app.core.language import language_of


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
