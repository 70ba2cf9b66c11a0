"""The days of the week that a text names, in many languages."""

import re
from functools import cache
from itertools import pairwise

from babel import Locale

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja", "ar")
_WIDEST_RANGE = 12  # characters between the two days of "Monday to Friday"
_RANGE = re.compile(
    r"s?\s*(?:-|–|to|through|until|bis|a|à|al|au|até|tot|至|到|から|إلى|حتى)\s*(?:el|le|o)?\s*", re.IGNORECASE
)


def weekdays(text: str) -> dict[int, str]:
    """Day of the week (0 Monday … 6 Sunday) -> how the text writes it; days inside a range count."""
    found = [(_days()[match.group().casefold()], match) for match in _pattern().finditer(text)]
    days = {day: match.group() for day, match in found}
    for (first, before), (last, after) in pairwise(found):
        between = text[before.end() : after.start()]
        if len(between) <= _WIDEST_RANGE and _RANGE.fullmatch(between):
            for step in range((last - first) % 7):
                days.setdefault((first + step) % 7, before.group())
    return days


@cache
def _days() -> dict[str, int]:
    """Name, case folded -> day of the week."""
    days: dict[str, int] = {}
    for language in _LANGUAGES:
        for context in ("format", "stand-alone"):
            for day, name in Locale.parse(language).days[context]["wide"].items():
                days.setdefault(name.casefold(), day)
    days |= {f"{prefix}{han}": day for prefix in ("周", "礼拜") for day, han in enumerate("一二三四五六日")}
    return days


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_days(), key=len, reverse=True)
    spaced = "|".join(re.escape(name) for name in names if ord(name[0]) < 0x0E00)
    dense = "|".join(re.escape(name) for name in names if ord(name[0]) >= 0x0E00)
    return re.compile(rf"(?<!\w)(?:{spaced})(?=s?(?!\w))|{dense}", re.IGNORECASE)
