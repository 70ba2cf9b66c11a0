"""The numbers that a text writes in words, of many languages."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from app.cite.numbers import MULTIPLIERS, NUMBER, Number, numbers
from app.cite.units import unit_after

SPELLED = ("en", "de", "fr", "es", "it", "pt", "nl")  # languages whose number words are read by text2num
_PER_CENT = re.compile(r"\b(?:per|pour|por|pro)[ -](?:cent|ciento|cento)\b", re.IGNORECASE)
_HAN_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "兩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000}
_HAN_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_HAN_NUMBER = re.compile("[零〇一二两兩三四五六七八九十百千万萬亿億]+")
_ARABIC = {
    "واحد": 1, "واحدة": 1, "اثنان": 2, "اثنين": 2, "ثلاث": 3, "ثلاثة": 3, "أربع": 4, "أربعة": 4, "خمس": 5, "خمسة": 5,
    "ست": 6, "ستة": 6, "سبع": 7, "سبعة": 7, "ثمان": 8, "ثماني": 8, "ثمانية": 8, "تسع": 9, "تسعة": 9, "عشر": 10,
    "عشرة": 10, "عشرون": 20, "عشرين": 20, "ثلاثون": 30, "ثلاثين": 30, "أربعون": 40, "أربعين": 40, "خمسون": 50,
    "خمسين": 50, "ستون": 60, "ستين": 60, "سبعون": 70, "سبعين": 70, "ثمانون": 80, "ثمانين": 80, "تسعون": 90,
    "تسعين": 90, "مئة": 100, "مائة": 100, "مئتان": 200, "مئتين": 200, "ألف": 1_000,
}  # fmt: skip
_ARABIC_WORD = re.compile(r"[\u0621-\u064a]+")


def spelled_numbers(text: str, languages: Sequence[str], *, least: int) -> list[Number]:
    """The numbers written in words of these languages, and in Chinese, Japanese and Arabic words, from `least` on."""
    result = [number for language in languages if language in SPELLED for number in _by_words(text, language, least)]
    return [*result, *_han_numbers(text, least), *_arabic_numbers(text, least)]


@lru_cache(maxsize=4096)
def _in_digits(line: str, language: str, least: int) -> str:
    return str(alpha2digit(line, language, threshold=least - 1))


def _without_multipliers(line: str) -> str:
    """The line without words such as "million" after digits, which belong to those numbers, and "per cent"."""
    line = _PER_CENT.sub("%", line)
    for pattern, _ in MULTIPLIERS:
        line = re.sub(rf"(?<=\d){pattern.pattern}", "", line, flags=re.IGNORECASE)
    return line


def _by_words(text: str, language: str, least: int) -> Iterator[Number]:
    """Numbers that stand in the text with its number words replaced by digits, and not in the text itself."""
    for line in text.split("\n"):
        bare = _without_multipliers(line)
        converted = _in_digits(bare, language, least)
        if converted == bare:
            continue
        known = {match.group() for match in NUMBER.finditer(line)}
        yield from (number for number in numbers(converted) if number.written not in known)


def _han_numbers(text: str, least: int) -> Iterator[Number]:
    for match in _HAN_NUMBER.finditer(text):
        value = _han_value(match.group())
        units = unit_after(text[match.end() : match.end() + 10])
        if value is None or value < least or (least > 0 and len(match.group()) == 1 and not units):
            continue
        yield Number(
            written=match.group(),
            start=match.start(),
            end=match.end(),
            readings=frozenset((Decimal(value),)),
            units=units,
        )


def _han_value(written: str) -> int | None:
    if all(character in _HAN_DIGITS for character in written):  # 二〇二六
        return int("".join(str(_HAN_DIGITS[character]) for character in written))
    total = section = digit = 0
    for character in written:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character]
        elif character in _HAN_UNITS:
            section += (digit or 1) * _HAN_UNITS[character]
            digit = 0
        else:
            total += ((section + digit) or 1) * _HAN_MYRIADS[character]
            section = digit = 0
    return total + section + digit


def _arabic_numbers(text: str, least: int) -> Iterator[Number]:
    """Number words of Arabic, each by itself and with its neighbours added: أربعة عشر is 4, 10 and 14."""
    run: list[tuple[int, re.Match[str]]] = []
    for match in [*_ARABIC_WORD.finditer(text), None]:
        value = _arabic_value(match.group()) if match else None
        if match and value is not None and (not run or match.start() - run[-1][1].end() <= 1):
            run.append((value, match))
            continue
        if run and (total := _arabic_total([value for value, _ in run])) >= least:
            first, last = run[0][1], run[-1][1]
            values = {Decimal(total)} | ({Decimal(number) for number, _ in run} if not least else set())
            yield Number(
                written=text[first.start() : last.end()],
                start=first.start(),
                end=last.end(),
                readings=frozenset(value.normalize() for value in values),
                units=unit_after(text[last.end() : last.end() + 20]),
            )
        run = [(value, match)] if match and value is not None else []


def _arabic_value(word: str) -> int | None:
    for prefix in ("", "و", "ال", "وال", "ب", "ل", "بال"):
        if word.startswith(prefix) and (value := _ARABIC.get(word.removeprefix(prefix))) is not None:
            return value
    return None


def _arabic_total(values: Sequence[int]) -> int:
    total = 0
    for value in values:
        if value in (100, 1_000) and total and total % 1_000 < value:
            total *= value
        else:
            total += value
    return total
