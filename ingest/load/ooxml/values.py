"""Stored numbers of charts as the chart shows them."""

import re
from datetime import datetime, timedelta

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATE = re.compile(r"[dy]|m(?!.*[0#])", re.IGNORECASE)
_TIME = re.compile(r"h|s", re.IGNORECASE)
_EPOCH = datetime(1899, 12, 30)  # a date of a sheet has no time zone
_LAST_DAY = 2_958_465  # 31 December 9999


def shown(value: str, form: str) -> str:
    """A number in a number format: percent and dates as such, others without the noise of binary fractions."""
    try:
        number = float(value)
    except ValueError:
        return value
    if number != number or number in (float("inf"), float("-inf")):
        return value
    plain = _QUOTED.sub("", form.split(";")[0])
    if "%" in plain:
        return f"{_trimmed(number * 100)}%"
    if plain.lower() not in ("", "general") and 0 <= number <= _LAST_DAY:
        if _DATE.search(plain):
            moment = _EPOCH + timedelta(days=number)
            return f"{moment:%Y-%m-%d %H:%M}" if _TIME.search(plain) else f"{moment:%Y-%m-%d}"
        if _TIME.search(plain):
            return f"{_EPOCH + timedelta(days=number):%H:%M:%S}"
    return _trimmed(number)


def _trimmed(number: float) -> str:
    text = f"{number:.12g}"
    return f"{number:.0f}" if "e+" in text and abs(number) < 1e21 else text
