"""Dates and times: a stored number of days becomes a day, a time of day or a duration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ingest.load.number_formats.codes import Section, Token
from ingest.load.number_formats.languages import english

_LAST_DAY = 2_958_465  # 31 December 9999, counted from 1900
_FALSE_LEAP_DAY = 60  # 29 February 1900, which programs show though that year had none
_LONGEST_DURATION = 366  # days; a larger number that is shown as a time of day is a moment
_FROM_1904 = 1_462  # days between the beginnings of the two calendars
_SECONDS = 86_400
_BUDDHIST_YEARS, _TAIWAN_YEARS = 543, 1911
_JAPANESE_ERAS = (
    (date(2019, 5, 1), "令和", "R"), (date(1989, 1, 8), "平成", "H"), (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"), (date(1868, 1, 1), "明治", "M"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A stored number of days."""

    days: int  # whole, since the calendar of the file begins
    year: int
    month: int
    day: int
    weekday: int  # 0 is Sunday
    seconds: int  # of the day, whole
    fraction: Decimal  # of a second

    @property
    def has_date(self) -> bool:
        """Whether it is a day and not only a time of day."""
        return self.days >= 1

    def iso(self) -> str:
        """The day as YYYY-MM-DD, the time as HH:MM or HH:MM:SS; only what there is of both."""
        day = f"{self.year:04}-{self.month:02}-{self.day:02}" if self.has_date else ""
        hours, minutes, seconds = _clock(self.seconds)
        clock = f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds or not day else "")
        return f"{day} {clock}" if day and self.seconds else day or clock


def moment(serial: Decimal, *, from_1904: bool, places: int = 0) -> Moment | None:
    """The moment of a stored number, rounded to `places` digits of a second; None outside of the calendar."""
    if not 0 <= serial < _LAST_DAY + 1:
        return None
    total = (serial * _SECONDS).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    days, rest = int(total // _SECONDS), total % _SECONDS
    seconds = int(rest)
    if days > _LAST_DAY - (_FROM_1904 if from_1904 else 0):
        return None
    if from_1904:
        day = date(1904, 1, 1) + timedelta(days=days)
    elif days == _FALSE_LEAP_DAY:
        return Moment(days, 1900, 2, 29, 3, seconds, rest - seconds)
    elif days == 0:
        return Moment(days, 1900, 1, 0, 6, seconds, rest - seconds)
    else:
        day = date(1899, 12, 31) + timedelta(days=days if days < _FALSE_LEAP_DAY else days - 1)
    weekday = (days - 1) % 7 if not from_1904 else day.isoweekday() % 7
    return Moment(days, day.year, day.month, day.day, weekday, seconds, rest - seconds)


class Form:
    """A section of the kind "moment"."""

    def __init__(self, section: Section) -> None:
        self._tokens = _understood(section.tokens)
        self._language = section.language or english()
        self._local = section.local or self._language.calendar == "other"
        kinds = [token.kind for token in self._tokens]
        self._half = "half" in kinds
        self.places = max((min(len(token.text), 9) for token in self._tokens if token.kind == "subsecond"), default=0)
        self._units = {token.text[0] for token in self._tokens if token.kind in ("moment", "elapsed", "minute")}
        self._elapsed = any(token.kind == "elapsed" for token in self._tokens)
        self._era = any(token.kind == "moment" and token.text[0] in "eg" for token in self._tokens)
        self._clear = self._is_clear()

    def text(self, at: Moment) -> str:
        """The moment as the program shows it; in the international form where that depends on the reader."""
        if self._local:
            return at.iso()
        return "".join(self._piece(token, at) for token in self._tokens)

    def beside(self, at: Moment) -> str:
        """The moment where the text leaves a doubt: as a duration where it is one."""
        if not (self._elapsed or (at.days < _LONGEST_DURATION and not self._units & set("ymdebg"))) or not at.has_date:
            return at.iso()
        hours, minutes, seconds = _clock(at.seconds)
        return f"{hours + 24 * at.days}:{minutes:02}:{seconds:02}"

    def says_all(self, at: Moment) -> bool:
        """Whether the text leaves no doubt which moment it is."""
        if self._local:
            return True
        hours, minutes, seconds = _clock(at.seconds)
        shown = self._units
        if self._elapsed:
            return not (seconds and "s" not in shown) and not (minutes and not shown & {"s", "n"})
        clock = not at.seconds or (
            "h" in shown and not (minutes and "n" not in shown) and (not seconds or "s" in shown)
        )
        if not at.has_date:
            return clock or (not hours and "n" in shown and "s" in shown)
        return clock and self._clear and ("d" in shown or at.day == 1)

    def _is_clear(self) -> bool:
        """Whether no reader takes the day for the month: the month is a name, or the year comes first."""
        if self._era or self._language.calendar:
            return False
        order = [token.text for token in self._tokens if token.kind == "moment" and token.text[0] in "ymdb"]
        months = [text for text in order if text[0] == "m" and len(text) < 5]
        if not months or not any(text[0] == "y" and len(text) > 2 for text in order):
            return False
        return any(len(text) > 2 for text in months) or [text[0] for text in order] in (["y", "m", "d"], ["y", "m"])

    def _piece(self, token: Token, at: Moment) -> str:
        width = len(token.text)
        if token.kind == "half":
            return _half(token.text, at.seconds)
        if token.kind == "subsecond":
            return "." + f"{at.fraction:.{width}f}".partition(".")[2]
        if token.kind == "elapsed":
            return str(_elapsed(token.text[0], at)).rjust(width, "0")
        if token.kind != "moment":
            return token.text
        hours, minutes, seconds = _clock(at.seconds)
        if self._half:
            hours = (hours - 1) % 12 + 1
        unit = token.text[0]
        if unit in "hns":
            return str({"h": hours, "n": minutes, "s": seconds}[unit]).rjust(min(width, 2), "0")
        if unit == "d":
            return self._day(width, at)
        if unit == "m":
            return self._month(width, at)
        return self._year(unit, width, at)

    def _day(self, width: int, at: Moment) -> str:
        names = self._language.names
        if width > 2:
            return (names.short_days if width == 3 else names.days)[at.weekday]
        return str(at.day).rjust(width, "0")

    def _month(self, width: int, at: Moment) -> str:
        names = self._language.names
        if width < 3:
            return str(at.month).rjust(width, "0")
        dated = any(token.kind == "moment" and token.text in ("d", "dd") for token in self._tokens)
        full = names.dated_months if dated else names.months
        name = (names.short_months if width == 3 else full)[at.month - 1]
        return name[:1] if width == 5 else name

    def _year(self, unit: str, width: int, at: Moment) -> str:
        year = at.year
        if unit == "b" or self._language.calendar == "buddhist":
            year += _BUDDHIST_YEARS
        elif unit in "eg" and self._language.era == "taiwan":
            return str(year - _TAIWAN_YEARS) if unit == "e" else "民國"
        elif unit in "eg" and self._language.era == "japanese":
            return _japanese(unit, width, at)
        elif unit == "g":
            return ""
        return f"{year % 100:02}" if width <= 2 and unit != "e" else f"{year:04}"


def _understood(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with minutes told from months ("n"), and fractions of a second as one token."""
    result: list[Token] = []
    units = [index for index, token in enumerate(tokens) if token.kind in ("moment", "elapsed")]
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind in ("moment", "elapsed") and token.text in ("m", "mm"):
            place = units.index(index)
            before = tokens[units[place - 1]].text[0] if place else ""
            after = tokens[units[place + 1]].text[0] if place + 1 < len(units) else ""
            minutes = before == "h" or after == "s" or token.kind == "elapsed"
            result.append(Token(token.kind, "n" * len(token.text)) if minutes else token)
        elif token.kind == "." and _digits_at(tokens, index + 1):
            width = _digits_at(tokens, index + 1)
            result.append(Token("subsecond", "0" * width))
            index += width
        else:
            result.append(token if token.kind in ("moment", "elapsed", "half") else Token("text", token.text))
        index += 1
    return result


def _digits_at(tokens: Sequence[Token], start: int) -> int:
    """How many placeholders 0 stand there, at most three count."""
    end = start
    while end < len(tokens) and tokens[end] == Token("digit", "0"):
        end += 1
    return end - start


def _clock(seconds: int) -> tuple[int, int, int]:
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def _elapsed(unit: str, at: Moment) -> int:
    return (at.days * _SECONDS + at.seconds) // {"h": 3600, "n": 60, "s": 1}[unit]


def _half(text: str, seconds: int) -> str:
    first, second = ("上午", "下午") if "上" in text else text.upper().split("/")
    return first if seconds < _SECONDS // 2 else second


def _japanese(unit: str, width: int, at: Moment) -> str:
    day = (
        date(at.year, at.month, max(at.day, 1))
        if (at.month, at.day) != (2, 29) or at.year != 1900
        else date(1900, 3, 1)
    )
    start, name, letter = next((era for era in _JAPANESE_ERAS if era[0] <= day), _JAPANESE_ERAS[-1])
    if unit == "e":
        return str(at.year - start.year + 1).rjust(min(width, 2), "0")
    return letter if width == 1 else name if width > 2 else name[:1]
