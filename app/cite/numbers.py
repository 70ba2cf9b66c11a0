"""The numbers of a text by value: grouping, decimal signs, digits of every script and number words are read."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.cite.units import in_base_units, unit_after, unit_before
from app.core.scripts import DENSE

_SPACES = "\u0020\u00a0\u202f\u2009"
NUMBER = re.compile(
    rf"(?P<sign>(?<![\w.,)])[-−])?(?P<digits>\d{{1,3}}(?:[{_SPACES}'’]\d{{3}})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
)
_TIME = re.compile(
    r"(?<![\d.:])(\d{1,2})(?::|\s?h\s?|[点點時时]|\.(?=\d\d\s?(?:uhr|[ap]\.?m)))(\d{2})(?![\d:%]|\.\d)\s*(?P<half>[ap]\.?m\b\.?)?"
    r"|(?<![\d.:])(\d{1,2})\s*(?P<half2>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u04ff]")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|ère|re|e|ème|º|ª|\.)(?![A-Za-z])", re.IGNORECASE)
_VERSION = re.compile(r"(?<!\w)[vV]$")
_INSIDE_CODE = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u04ff][-_./]?$")
_CODE = re.compile(r"\w+(?:[-_./:]\w+)*")
_DENSE = re.compile(f"[{DENSE}]")
_SEPARATORS = re.compile(r"[-_./:\s‐‑–]+")
_APPROXIMATELY = re.compile(
    r"(?:about|around|approximately|roughly|nearly|almost|some|over|circa|ca\.?|rund|etwa|ungefähr|knapp|fast|über|"
    r"environ|près de|presque|unos|unas|cerca de|casi|aproximadamente|约|大约|約|およそ|حوالي|نحو)\s*$",
    re.IGNORECASE,
)
_NEAR = Decimal("0.05")  # share by which a number that is named as approximate may differ
# 60 × 40 × 40 cm, 10–12 kg: the unit at the end is that of every number before it.
_CHAIN = re.compile(r"(?:\s?(?:[x×*–~〜～-]|to\b|bis\b|à|至|إلى)\s?\d+(?:[.,]\d+)*)+", re.IGNORECASE)
MULTIPLIERS = (
    (re.compile(r"\s*(?:thousand|tausend|tsd\.?|mille\b|mil\b|千|ألف|آلاف)", re.IGNORECASE), 1_000),
    (re.compile(r"\s*万", re.IGNORECASE), 10_000),
    (
        re.compile(
            r"\s*(?:million(?:s|en)?|mio\.?|millón|millones|milhões|milioni|miljoen|mln|百万|مليون|ملايين)",
            re.IGNORECASE,
        ),
        1_000_000,
    ),
    (re.compile(r"\s*(?:亿|億)", re.IGNORECASE), 100_000_000),
    (
        re.compile(r"\s*(?:billion(?:s)?\b|milliarden?|mrd\.?|milliards?|mil millones|miliardi|مليار)", re.IGNORECASE),
        1_000_000_000,
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A number of a text."""

    written: str
    start: int  # offset in the text in which it was read
    end: int
    readings: frozenset[Decimal]  # several where the separator can mean either
    units: frozenset[str] = frozenset()  # what the unit beside it may be; empty without one
    approximate: bool = False
    scaled: frozenset[Decimal] = frozenset()  # the readings with "million" or the like; empty without such a word
    parts: frozenset[Decimal] = frozenset()  # "2020 500" may also be two numbers side by side

    def same_quantity(self, other: "Number") -> bool:
        """Whether both are one quantity in two units: 48 hours and two days."""
        mine, theirs = (
            {size for value in number.readings for unit in number.units for size in in_base_units(value, unit)}
            for number in (self, other)
        )
        return bool(mine & theirs)

    def agrees(self, other: "Number") -> bool:
        """Whether both can be the same value, units left aside."""
        if self.scaled and other.scaled and not self.approximate:
            return bool(self.scaled & other.scaled)
        if self.readings & (other.readings | other.parts) or (
            self.parts and self.parts <= other.readings | other.parts
        ):
            return True
        return self.approximate and any(
            abs(mine - theirs) <= _NEAR * abs(theirs) for mine in self.readings for theirs in other.readings
        )


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day of a text."""

    written: str
    start: int
    end: int
    minutes: int  # after midnight


def plain_digits(text: str) -> str:
    """The text with the digits and number separators of every script in ASCII; its length is unchanged."""
    if text.isascii():
        return text
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in "٫٬":
        return "." if character == "٫" else "’"
    digit = unicodedata.digit(character, None) if character.isdecimal() else None
    return character if digit is None else str(digit)


def numbers(text: str) -> list[Number]:
    """The numbers written in digits, times left out. text: as plain_digits returns it."""
    style = _decimal_sign(text)
    return [number for match in NUMBER.finditer(text) if (number := _number(text, match, style))]


def times(text: str) -> list[Time]:
    """The times of day of a text; "2 pm" and "14:00" are equal."""
    result = []
    for match in _TIME.finditer(text):
        hours, minutes = int(match[1] or match[4]), int(match[2] or 0)
        half = (match["half"] or match["half2"] or "").casefold()
        if hours > 24 or minutes > 59:
            continue
        if half:
            hours = hours % 12 + (12 if half.startswith("p") else 0)
        result.append(Time(match.group().strip().removeprefix("0"), match.start(), match.end(), 60 * hours + minutes))
    return result


def codes(text: str) -> list[str]:
    """Words of letters and digits, such as PPR-9087, that are no number with a unit."""
    found = []
    for match in _CODE.finditer(_DENSE.sub(" ", text)):  # their words follow a code without a blank
        word = match.group()
        has_digit, has_letter = any(map(str.isdigit, word)), bool(_LATIN.search(word))
        if has_digit and has_letter and not _is_quantity(word):
            found.append(word)
    return found


def squashed(text: str) -> str:
    """Case folded, without separators: the form in which codes are compared."""
    return _SEPARATORS.sub("", text.casefold())


def _is_quantity(word: str) -> bool:
    """Whether a word is a number with a unit, an ordinal or a decade: 5kg, 3rd, 1990s."""
    match = re.match(r"\d+(?:[.,]\d+)*", word)
    if not match:
        return False
    rest = word[match.end() :]
    return (
        bool(unit_after(rest))
        or bool(_ORDINAL.fullmatch(rest))
        or rest.casefold() in ("s", "er", "x", "k", "h", "am", "pm")
    )


def _number(text: str, match: re.Match[str], style: str) -> Number | None:
    before, after = text[max(match.start() - 20, 0) : match.start()], text[match.end() : match.end() + 40]
    if _INSIDE_CODE.search(before) and not (_VERSION.search(before) and "." in match["digits"]):
        return None
    if len(match["digits"]) == 4 and after[:1] == "s":
        return _decade(match)
    units = unit_before(before) or unit_after(after) or _unit_of_chain(after)
    if _LATIN.match(after[:1]) and not units and not _ORDINAL.match(after):
        return None
    values = set(_readings(match["digits"], style))
    if not values:
        return None
    scaled: set[Decimal] = set()
    for pattern, factor in MULTIPLIERS:
        if multiplied := pattern.match(after):
            scaled |= {value * factor for value in values}
            values |= scaled
            units = units or unit_after(after[multiplied.end() :])
    if match["sign"]:
        values = {-value for value in values} | values
    return Number(
        written=match.group().strip(),
        start=match.start(),
        end=match.end(),
        readings=frozenset(value.normalize() for value in values),
        units=units,
        approximate=bool(_APPROXIMATELY.search(before)),
        scaled=frozenset(value.normalize() for value in scaled),
        parts=frozenset(map(Decimal, filter(str.isdigit, re.split(f"[{_SPACES}]", match["digits"]))))
        if re.search(f"[{_SPACES}]", match["digits"])
        else frozenset(),
    )


def _unit_of_chain(after: str) -> frozenset[str]:
    chain = _CHAIN.match(after)
    return unit_after(after[chain.end() :]) if chain else frozenset()


def _decade(match: re.Match[str]) -> Number:
    return Number(
        written=f"{match.group()}s",
        start=match.start(),
        end=match.end(),
        readings=frozenset((Decimal(match["digits"]),)),
    )


def _decimal_sign(text: str) -> str:
    """The decimal sign that the text uses where it is beyond doubt; empty when it is not."""
    comma = re.search(r"(?<![\d.,])\d+,(?:\d{1,2}|\d{4,})(?![\d,])|\d\.\d{3},\d", text)
    dot = re.search(r"(?<![\d.,])\d+\.(?:\d{1,2}|\d{4,})(?![\d.])|\d,\d{3}\.\d", text)
    if bool(comma) == bool(dot):
        return ""
    return "," if comma else "."


def _readings(digits: str, style: str) -> Iterator[Decimal]:
    plain = re.sub(rf"[{_SPACES}'’]", "", digits)
    spaced = plain != digits
    separators = re.findall("[.,]", plain)
    try:
        if not separators:
            yield Decimal(plain)
        elif len(set(separators)) == 2:
            yield Decimal(plain.replace("," if separators[-1] == "." else ".", "").replace(",", "."))
        elif len(separators) > 1:
            if all(len(group) in (2, 3) for group in re.split("[.,]", plain)[1:]):
                yield Decimal(re.sub("[.,]", "", plain))
        else:
            yield from _either(plain, separators[0], style, spaced)
    except InvalidOperation:
        return


def _either(plain: str, separator: str, style: str, spaced: bool) -> Iterator[Decimal]:
    """A number with one separator, which groups thousands or is the decimal sign."""
    whole, _, rest = plain.partition(separator)
    may_group = len(rest) == 3 and 1 <= len(whole) <= 3 and whole != "0" and not spaced
    if not may_group or style != ("," if separator == "." else "."):
        yield Decimal(f"{whole}.{rest}")
    if may_group and style != separator:
        yield Decimal(whole + rest)
