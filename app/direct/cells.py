"""The cells of a column go in, their numbers come out; the whole column decides how they are written (pure)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_MISSING = frozenset("- – — ? … . / n/a n.a. na nan null none nil k.a. k. #n/a tbd tba".split())
# A group of digits has three: "03.01.2024" is no number.
_CELL = re.compile(
    r"(?P<before>[A-Z]{3}|[€$£¥₹~≈]|(?:CHF|Rs|Fr)\.?)?\s?(?P<open>\()?\s?(?P<sign>[-−+])?\s?(?P<before2>[€$£¥₹])?\s?"
    r"(?P<number>\d{1,3}(?:(?P<group>[.,'’\u00a0\u202f\u2009 ])\d{3})(?:(?P=group)\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<close>\))?\s?(?P<after>[^\d\s]{0,12}\.?)"
)
_SPACES = re.compile(r"[\s'’\u00a0\u202f\u2009]")
_COMMA_FIRST = frozenset(("de", "fr", "es", "it", "nl", "pt"))
_MOSTLY = 0.7  # share of a column's cells that are numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """The values of a column of numbers."""

    values: tuple[Decimal | None, ...]  # None: no number in the cell
    missing: frozenset[int]  # rows whose cell is empty or stands for nothing
    unit: str
    units: frozenset[str]  # more than one: the values cannot be added
    comma: bool  # a comma is the decimal sign
    group: str  # between thousands
    places: int  # decimals of the most exact cell
    unclear: bool  # every cell could mean two numbers, and nothing decides


def numbers_of(cells: Sequence[str], *, language: str | None) -> Column | None:
    """The column as numbers; None where most cells are something else. language: of the document, if it is known."""
    found = [None if _is_missing(cell) else _CELL.fullmatch(cell.strip()) for cell in cells]
    missing = frozenset(n for n, cell in enumerate(cells) if _is_missing(cell))
    matches = [match for match in found if match]
    if not matches or len(matches) < _MOSTLY * (len(cells) - len(missing)):
        return None
    written = [_SPACES.sub("", match["number"]) for match in matches]
    comma, unclear = _decimal_comma(written, language)
    values = [_value(match, comma) if match else None for match in found]
    units = frozenset(unit for match in matches if (unit := _unit(match)))
    places = max((-int(value.as_tuple().exponent) for value in values if value is not None), default=0)
    return Column(
        values=tuple(values), missing=missing, unit=min(units, default=""), units=units, comma=comma,
group=_group(matches, comma),
        places=max(places, 0), unclear=unclear,
    )  # fmt: skip


def number_of(written: str, *, comma: bool) -> Decimal | None:
    """One number, written as the column is; a comma or point that cannot be a group is a decimal sign."""
    bare = _SPACES.sub("", written)
    for sign in ",.":
        if (
            bare.count(sign) == 1
            and len(bare.partition(sign)[2]) != 3
            and not any(o in bare for o in ",." if o != sign)
        ):
            comma = sign == ","
    return _decimal(bare, comma)


def shown(value: Decimal, column: Column, *, places: int | None = None) -> str:
    """A value as the column writes its own, with its unit."""
    digits = column.places if places is None else places
    text = f"{value:,.{digits}f}"
    if digits and places is not None:
        text = text.rstrip("0").rstrip(".") if column.places == 0 else text
    text = text.translate({ord(","): column.group, ord("."): "," if column.comma else "."})
    if not column.unit:
        return text
    return f"{column.unit}{text}" if column.unit in "$£" else f"{text} {column.unit}"


def _group(matches: Sequence[re.Match[str]], comma: bool) -> str:
    """The sign between thousands, as the cells have it."""
    usual, point = (".", ",") if comma else (",", ".")
    return next((sign for match in matches if (sign := match["group"]) and sign != point), usual)


def _is_missing(cell: str) -> bool:
    return not cell.strip() or cell.strip().casefold() in _MISSING


def _unit(match: re.Match[str]) -> str:
    return "".join(filter(None, (match["before"], match["before2"], match["after"].strip("*"))))


def _value(match: re.Match[str], comma: bool) -> Decimal | None:
    value = _decimal(_SPACES.sub("", match["number"]), comma)
    negative = match["sign"] in ("-", "−") or (match["open"] and match["close"])
    return -value if value is not None and negative else value


def _decimal(bare: str, comma: bool) -> Decimal | None:
    group, point = (".", ",") if comma else (",", ".")
    try:
        return Decimal(bare.replace(group, "").replace(point, "."))
    except InvalidOperation:
        return None


def _decimal_comma(written: Sequence[str], language: str | None) -> tuple[bool, bool]:
    """Whether the comma is the decimal sign, and whether that is unclear."""
    votes = {",": 0, ".": 0}
    seen = set[str]()
    for number in written:
        signs = [sign for sign in number if sign in ",."]
        seen.update(signs)
        if len(set(signs)) > 1:
            votes[signs[-1]] += 1
        elif len(signs) > 1:  # 1.234.567: a group
            votes["," if signs[0] == "." else "."] += 1
        elif (signs and len(number.rpartition(signs[0])[2]) != 3) or (signs and number.startswith("0")):
            votes[signs[0]] += 1
    if votes[","] != votes["."]:
        return votes[","] > votes["."], False
    if language in _COMMA_FIRST:
        return True, False
    if language is None and seen == {"."}:  # "1.234" alone
        return False, True
    return False, False
