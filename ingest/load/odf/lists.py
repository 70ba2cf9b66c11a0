"""The numbers of lists and headings, as the file's list styles write them."""

import re
from dataclasses import dataclass, field

from ingest.load.hypertext.lists import numeral
from ingest.load.odf.names import LOEXT, STYLE, TEXT
from ingest.load.odf.package import Element, whole
from ingest.load.odf.styles import Styles
from ingest.load.ooxml.numerals import in_series
from ingest.load.ooxml.numerals import numeral as other_numeral

_DEEPEST = 10
_PLAIN = frozenset("1aAiI")
_OTHER = {
    "一": "chineseCounting",
    "壹": "chineseLegalSimplified",
    "①": "decimalEnclosedCircle",
}  # first number -> format
_PLACE = re.compile(r"%(\d{1,2})%")
_LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list style."""

    form: str = ""  # "1", "a", "I", "一, 二, ...": how numbers look; "" for a bullet or none
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1  # levels in a number: 3.1.2 has three
    pattern: str = ""  # "%1%.%2%." in newer files, instead of before and after


@dataclass(slots=True)
class Counts:
    """The numbers that a list has reached: level -> number."""

    style: str
    reached: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the items of lists and the headings of a document."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._levels: dict[str, dict[int, _Level]] = {}
        self._by_id: dict[str, Counts] = {}
        self._by_style: dict[str, Counts] = {}
        self._outline = Counts("")
        self._outline_levels = _levels(styles.outline)

    def begin(self, element: Element, style: str) -> Counts:
        """The counts of a list that is not within another; those of an earlier one when it goes on with that."""
        earlier = self._by_id.get(element.get(TEXT + "continue-list", ""))
        if earlier is None and element.get(TEXT + "continue-numbering") == "true":
            earlier = self._by_style.get(style)
        counts = Counts(style, earlier.reached if earlier is not None else {})
        for key, value in element.attrib.items():
            if key.endswith("}id"):
                self._by_id[value] = counts
        self._by_style[style] = counts
        return counts

    def named(self, key: str, style: str) -> Counts:
        """The counts of the list of this id."""
        return self._by_id.setdefault(key, Counts(style))

    def label(self, counts: Counts, style: str, level: int, start: int | None) -> str:
        """Count an item and return its number; "" for a bullet. start: the number that the item states."""
        if style not in self._levels:
            self._levels[style] = _levels(self._styles.lists.get(style))
        return _counted(counts, self._levels[style], level, start)

    def heading(self, element: Element, level: int) -> str:
        """Count a heading and return its number; "" when headings of this level have none."""
        if element.get(TEXT + "is-list-header") == "true" or not self._outline_levels:
            return ""
        start = element.get(TEXT + "start-value")
        if start is None and element.get(TEXT + "restart-numbering") == "true":
            start = str(self._outline_levels.get(level, _Level()).start)
        return _counted(self._outline, self._outline_levels, level, None if start is None else whole(start))


def _counted(counts: Counts, levels: dict[int, _Level], level: int, start: int | None) -> str:
    own = levels.get(level, _Level())
    reached = counts.reached
    number = start if start is not None else reached.get(level, own.start - 1) + 1
    for deeper in [one for one in reached if one > level]:
        del reached[deeper]
    reached[level] = min(number, _LARGEST)
    if not own.form:
        words = f"{own.before}{own.after}".strip()
        return words if any(map(str.isalnum, words)) else ""
    if own.pattern:
        return _PLACE.sub(lambda match: _number(reached, levels, int(match.group(1))), own.pattern).strip()
    first = max(level - own.shown + 1, 1)
    numbers = [_number(reached, levels, one) for one in range(first, level + 1)]
    return f"{own.before}{'.'.join(filter(None, numbers))}{own.after}".strip()


def _number(reached: dict[int, int], levels: dict[int, _Level], level: int) -> str:
    one = levels.get(level, _Level())
    number = reached.get(level, one.start)
    if one.form in _PLAIN:
        return numeral(number, one.form)
    if not one.form:
        return ""
    first = one.form.split(",")[0].strip()
    return other_numeral(number, _OTHER[first]) if first in _OTHER else in_series(number, one.form)


def _levels(style: Element | None) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for element in style if style is not None else ():
        level = whole(element.get(TEXT + "level"), most=_DEEPEST)
        form = element.get(STYLE + "num-format", "")
        levels[level] = _Level(
            form=form,
            before=element.get(STYLE + "num-prefix", ""),
            after=element.get(STYLE + "num-suffix", ""),
            start=whole(element.get(TEXT + "start-value")),
            shown=whole(element.get(TEXT + "display-levels"), most=_DEEPEST),
            pattern=element.get(STYLE + "num-list-format") or element.get(LOEXT + "num-list-format") or "",
        )
    return levels
