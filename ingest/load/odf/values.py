"""Values of cells: what the program shows, and the stored value beside it where that says more."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from ingest.load.number_formats.general import beside, plain, stored
from ingest.load.odf.names import OFFICE, TABLE
from ingest.load.odf.package import Element

_NUMBERS = frozenset(("float", "currency", "percentage"))
_NEARLY = Decimal("1e-11")  # by which a shown number may differ from the stored one, relative to it
_DIGITS = re.compile(r"\d[\d.,'’\u00a0\u202f ]*(?:[eE][+-]?\d+)?")
_FRACTION = re.compile(r"(?:(\d+)\s+)?(\d+)/(\d+)")
_YEAR_FIRST = re.compile(r"\d{4}[-./年]\s?\d{1,2}\b")
_NAMED_MONTH = re.compile(r"[^\W\d_]{3,}")
_YEAR = re.compile(r"\b\d{4}\b")
_DURATION = re.compile(r"-?PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_REFERENCE = re.compile(r"\[([^\]]*)\]")
_LONGEST_FORMULA = 1_000  # characters
_MINUS = ("-", "−", "(")


def value_text(cell: Element, shown: str) -> str:
    """The text of a cell. shown: of its paragraphs; where there are none the stored value speaks."""
    kind = cell.get(OFFICE + "value-type", "")
    if kind in _NUMBERS:
        return _number_text(cell, shown, percent=kind == "percentage")
    if kind == "date":
        return _with(shown, _day(cell.get(OFFICE + "date-value", "")), _is_clear_day)
    if kind == "time":
        return _with(shown, _time(cell.get(OFFICE + "time-value", "")), _is_clear_time)
    if kind == "boolean":
        return shown or cell.get(OFFICE + "boolean-value", "").upper()
    return shown or cell.get(OFFICE + "string-value", "")


def formula_text(cell: Element) -> str:
    """The formula of a cell that has no stored result; "" when it has one, or no formula."""
    formula = cell.get(TABLE + "formula", "")
    if not formula or any(cell.get(OFFICE + name) for name in ("value", "date-value", "time-value", "boolean-value")):
        return ""
    if cell.get(OFFICE + "value-type") == "string" or cell.get(OFFICE + "string-value") is not None:
        return ""  # a text may be empty
    formula = formula.partition("=")[2] or formula
    return "=" + _REFERENCE.sub(lambda match: match.group(1).replace(":.", ":").lstrip("."), formula)[:_LONGEST_FORMULA]


def _number_text(cell: Element, shown: str, *, percent: bool) -> str:
    raw: str = cell.get(OFFICE + "value", "")
    if raw == shown and not percent and plain(raw):
        return raw
    value = stored(raw)
    if value is None:
        return shown or raw
    scaled = value.scaleb(2) if percent else value
    full = beside(scaled) + ("%" if percent else "")
    if not shown:
        return full
    if _says(shown, scaled) and (value >= 0 or any(sign in shown for sign in _MINUS)):
        return shown
    return f"{shown} ({full})"


def _says(shown: str, value: Decimal) -> bool:
    """Whether the text shows the number, whatever marks its decimals and thousands."""
    if not value and not any(map(str.isdigit, shown)):
        return True  # a sign that stands for zero
    return any(abs(number - abs(value)) <= abs(value) * _NEARLY for number in _numbers(shown))


def _numbers(shown: str) -> list[Decimal]:
    """The numbers that a text may stand for."""
    fraction = _FRACTION.search(shown)
    if fraction:
        whole, upper, lower = (Decimal(part or 0) for part in fraction.groups())
        return [whole + upper / lower] if lower else []
    numbers = []
    for match in _DIGITS.finditer(shown):
        text = re.sub(r"['’\u00a0\u202f ]", "", match.group()).rstrip(".,")
        for point, comma in ((".", ","), (",", ".")):
            try:
                numbers.append(Decimal(text.replace(comma, "").replace(point, ".")))
            except InvalidOperation:
                continue
    return numbers


def _with(shown: str, full: str, is_clear: Callable[[str, str], bool]) -> str:
    if not shown or not full or full in shown or is_clear(shown, full):
        return shown or full
    return f"{shown} ({full})"


def _day(stated: str) -> str:
    """2026-03-15T09:30:00 as "2026-03-15 09:30"."""
    day, _, clock = stated.partition("T")
    clock = clock.partition(".")[0].removesuffix(":00")
    return f"{day} {clock}" if clock and clock != "00:00" else day


def _time(stated: str) -> str:
    match = _DURATION.fullmatch(stated)
    return f"{int(match.group(1)):02}:{match.group(2)}:{match.group(3)}" if match else stated


def _is_clear_day(shown: str, full: str) -> bool:
    """Whether the text leaves no doubt which day it is: the year comes first, or the month is a name."""
    clock = full.partition(" ")[2]
    if clock and clock.lstrip("0") not in shown and clock not in shown:
        return False
    return bool(_YEAR_FIRST.search(shown)) or bool(_YEAR.search(shown) and _NAMED_MONTH.search(shown))


def _is_clear_time(shown: str, full: str) -> bool:
    digits = [int(part) for part in re.findall(r"\d+", shown)[:3]]
    hours, minutes, seconds = (int(part) for part in full.split(":")) if full.count(":") == 2 else (0, 0, 0)
    return digits[:2] in ([hours, minutes], [(hours - 1) % 12 + 1, minutes]) and (digits[2:3] or [0]) == [seconds]
