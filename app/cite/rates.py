"""The periods by which a text counts, such as "per week", in many languages."""

import re

from app.cite.units import unit_after

_BEFORE = re.compile(
    r"(?<!\w)(?:per|pro|par|por|je|jede[nrs]?|each|every|chaque|cada|in der|im|am|al|a la|(?:لكل|كل|في))\s+(?:ال)?"
    r"|(?:\d\S*\s+(?:\w+\s+)?|(?<!\w)(?:times|once|twice)\s+)an?\s+|[每毎]个?|في ال",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(時間|分|秒|日|週|月|年)間?(?:につき|あたり|当たり|ごと)")
_BY_SIGN = {"時間": "hour", "分": "minute", "秒": "second", "日": "day", "週": "week", "月": "month", "年": "year"}
_ONE = {"周": "week", "週": "week", "月": "month", "年": "year", "日": "day", "天": "day"}  # after 每
_LONGEST_UNIT = 20  # characters


def rates(text: str) -> frozenset[str]:
    """The durations, as CLDR names them, by which the text counts: "0,20 euros por día" gives duration-day."""
    found = {f"duration-{_BY_SIGN[match[1]]}" for match in _AFTER.finditer(text)}
    for match in _BEFORE.finditer(text):
        rest = text[match.end() : match.end() + _LONGEST_UNIT]
        if match.group()[0] in "每毎" and rest[:1] in _ONE:
            found.add(f"duration-{_ONE[rest[0]]}")
        elif not re.match(r"\w+\s+\d", rest):  # im Jahr 1990
            found |= {unit for unit in unit_after(rest) if unit.startswith("duration-")}
    return frozenset(found)
