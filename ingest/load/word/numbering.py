"""Automatic numbers of a Word document's paragraphs: the label that Word shows before each, such as "3.2" or "(a)"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.load.ooxml.names import MC, W
from ingest.load.ooxml.numerals import in_series, numeral
from ingest.load.ooxml.package import Element, number, switched_on
from ingest.load.word.styles import Styles

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_LONGEST_CHAIN = 20  # lists that take their levels from one another
_LONGEST_LABEL = 200  # characters
_STEP = 360  # twentieths of a point by which a level is indented when the file does not say


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """A level of a list as the file defines it."""

    start: int = 1
    form: str = "decimal"
    series: str = ""  # examples of a format of its own, "001, 002, ..."
    text: str = ""  # "%1.%2"
    restart: int | None = None  # the level, from 1, whose numbers start this one again; 0 for none
    legal: bool = False  # all numbers in digits
    joined: bool = False  # nothing stands between label and text
    style: str = ""  # the paragraph style that this level belongs to
    indent: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """The list, level and label of a paragraph."""

    list: str  # paragraphs with the same value count on together
    level: int  # from 0
    indent: int  # twentieths of a point
    bullet: bool
    label: str  # "" for a bullet
    joined: bool


@dataclass(slots=True)
class _List:
    """A numbered list: the definition that it shares with others, and what it changes."""

    definition: str
    starts: dict[int, int] = field(default_factory=dict)  # level -> number that it starts again with
    levels: dict[int, Level] = field(default_factory=dict)


class Numbering:
    """The lists that a document defines."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._definitions: dict[str, dict[int, Level]] = {}
        self._links: dict[str, str] = {}  # definition -> numbering style that it takes its levels from
        self._lists: dict[str, _List] = {}
        self._styles = styles
        for element in root if root is not None else ():
            if element.tag == W + "abstractNum":
                key = element.get(W + "abstractNumId", "")
                self._definitions[key] = dict(_level(one) for one in element.iterchildren(W + "lvl"))
                link = element.find(W + "numStyleLink")
                if link is not None:
                    self._links[key] = link.get(W + "val", "")
            elif element.tag == W + "num":
                self._lists[element.get(W + "numId", "")] = _list(element)

    def definition(self, key: str) -> str | None:
        """Id of the definition that a list counts by, links to other lists followed; None without such a list."""
        one = self._lists.get(key)
        definition = one.definition if one else None
        for _ in range(_LONGEST_CHAIN):
            if definition not in self._links:
                return definition
            other = self._lists.get(self._styles.list_of(self._links[definition]))
            if other is None:
                return definition
            definition = other.definition
        return definition

    def level(self, key: str, level: int) -> Level | None:
        """A level of a list, with the list's own changes."""
        if key not in self._lists:
            return None
        own = self._lists[key].levels.get(level)
        return own or self._definitions.get(self.definition(key) or "", {}).get(level)

    def level_of_style(self, key: str, style: str) -> int:
        """The level of a list that belongs to a paragraph style; 0 when none does."""
        for level in range(_LEVELS):
            found = self.level(key, level)
            if found is not None and found.style == style:
                return level
        return 0

    def starts(self, key: str) -> Mapping[int, int]:
        """Level -> number with which a list starts again instead of counting on."""
        return self._lists[key].starts


class Counters:
    """Counts the numbered paragraphs of one story: the body, a header, a note."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._counts: dict[str, dict[int, int]] = {}  # definition -> level -> number last used
        self._started: set[tuple[str, int]] = set()  # lists and levels whose own start was used

    def numbered(self, key: str, level: int) -> Numbered | None:
        """The label of the next paragraph of a list; None when the list is not defined."""
        level = min(max(level, 0), _LEVELS - 1)
        found, definition = self._numbering.level(key, level), self._numbering.definition(key)
        if found is None or definition is None:
            return None
        counts = self._counts.setdefault(definition, {})
        self._count(counts, key, level, found)
        return Numbered(
            list=definition,
            level=level,
            indent=found.indent if found.indent is not None else _STEP * (level + 1),
            bullet=found.form == "bullet",
            label=self._label(counts, key, found),
            joined=found.joined,
        )

    def _count(self, counts: dict[int, int], key: str, level: int, found: Level) -> None:
        starts = self._numbering.starts(key)
        for higher in range(level):  # a level that was passed over counts as used
            if higher not in counts:
                other = self._numbering.level(key, higher)
                counts[higher] = starts.get(higher, other.start if other else 1)
        if level in starts and (key, level) not in self._started:
            self._started.add((key, level))
            counts[level] = starts[level]
        elif level in counts:
            counts[level] += 1
        else:
            counts[level] = starts.get(level, found.start)
        for deeper in range(level + 1, _LEVELS):
            other = self._numbering.level(key, deeper)
            if deeper in counts and (other is None or other.restart is None or other.restart > level):
                del counts[deeper]

    def _label(self, counts: Mapping[int, int], key: str, found: Level) -> str:
        if found.form == "bullet":
            return ""

        def shown(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            level = self._numbering.level(key, place)
            if level is None:
                return ""
            value = counts.get(place, level.start)
            if found.legal:
                return str(value)
            return in_series(value, level.series) if level.series else numeral(value, level.form)

        return _PLACE.sub(shown, found.text).strip()[:_LONGEST_LABEL]


def _list(element: Element) -> _List:
    abstract = element.find(W + "abstractNumId")
    result = _List(definition=abstract.get(W + "val", "") if abstract is not None else "")
    for override in element.iterchildren(W + "lvlOverride"):
        place = number(override.get(W + "ilvl"))
        start, level = override.find(W + "startOverride"), override.find(W + "lvl")
        if level is not None:
            result.levels[place] = _level(level)[1]
        if start is not None:
            result.starts[place] = number(start.get(W + "val"), default=1)
    return result


def _level(element: Element) -> tuple[int, Level]:
    form, series = _form(element)
    restart = element.find(W + "lvlRestart")
    indent = element.find(f"{W}pPr/{W}ind")
    left = (indent.get(W + "left") or indent.get(W + "start")) if indent is not None else None
    return number(element.get(W + "ilvl")), Level(
        start=number(_value(element, "start"), default=1) if _value(element, "start") else 0,
        form=form,
        series=series,
        text=_value(element, "lvlText"),
        restart=number(restart.get(W + "val")) if restart is not None else None,
        legal=switched_on(element.find(W + "isLgl"), W + "val"),
        joined=_value(element, "suff") == "nothing",
        style=_value(element, "pStyle"),
        indent=number(left) if left else None,
    )


def _form(element: Element) -> tuple[str, str]:
    """(format, examples of a format of its own) of a level; newer formats stand in an alternative."""
    found = element.find(W + "numFmt")
    if found is None:
        found = element.find(f"{MC}AlternateContent/{MC}Choice/{W}numFmt")
    if found is None:
        return "decimal", ""
    form = found.get(W + "val", "decimal")
    return form, found.get(W + "format", "") if form == "custom" else ""


def _value(element: Element, name: str) -> str:
    child = element.find(W + name)
    return (child.get(W + "val") or "") if child is not None else ""
