"""Names of months and weekdays in the languages that format codes refer to: [$-407] is German."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LOCAL = frozenset(("f800", "f400", "x-sysdate", "x-systime"))  # as the reader's own system writes dates and times
_NAMES = Path(__file__).with_name("names.json")
_PRIMARY = 0x3FF  # bits of a Windows language that are the language without its country
# The numbers that Windows gives to calendars.
_GREGORIAN = frozenset((0x00, 0x01, 0x02, 0x03, 0x04, 0x09, 0x0A, 0x0B, 0x0C))
_BUDDHIST = 0x07
_JAPANESE, _TAIWAN = 0x11, 0x404


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a language."""

    months: Sequence[str]
    short_months: Sequence[str]
    dated_months: Sequence[str]  # beside a day: "15 marca"
    days: Sequence[str]  # from Sunday
    short_days: Sequence[str]


@dataclass(frozen=True, slots=True)
class Language:
    """The language and calendar of a section."""

    names: Names
    era: str = ""  # "japanese" or "taiwan": what years are counted from where the code says so
    calendar: str = ""  # "buddhist"; "other" for one whose days are not computed here


@cache
def language(tag: str) -> Language:
    """The language of "407", "D07041E" or "de-DE"; English names for an unknown one."""
    try:
        number = int(tag, 16)
    except ValueError:
        return Language(_names(tag.split("-")[0].lower()))
    locale, calendar = number & 0xFFFF, number >> 16 & 0xFF
    names = _names(_ids().get(f"{locale & _PRIMARY:02x}", ""))
    if calendar not in _GREGORIAN:
        return Language(names, calendar="buddhist" if calendar == _BUDDHIST else "other")
    return Language(names, era="japanese" if locale & _PRIMARY == _JAPANESE else "taiwan" if locale == _TAIWAN else "")


def english() -> Language:
    """The language of formats that name none."""
    return Language(_names("en"))


@cache
def _names(code: str) -> Names:
    all_names = _data()["names"]
    names = {kind: text.split(" ") for kind, text in all_names.get(code, all_names["en"]).items()}
    return Names(
        months=names["months"],
        short_months=names["short_months"],
        dated_months=names.get("dated_months", names["months"]),
        days=names["days"],
        short_days=names["short_days"],
    )


def _ids() -> dict[str, str]:
    return dict(_data()["languages"])


@cache
def _data() -> dict[str, Any]:
    return dict(json.loads(_NAMES.read_text("utf-8")))
