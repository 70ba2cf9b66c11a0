"""What the styles of an OpenDocument file say about the meaning of text, with the styles they come from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ingest.load.odf.names import FO, PRESENTATION, STYLE, TABLE, TEXT
from ingest.load.odf.package import Element, whole

_MOST_ANCESTORS = 50
_RAISED = re.compile(r"(super|sub|-?\d+(?:\.\d+)?)%?\b")
_TITLE = "Title"


@dataclass(frozen=True, slots=True)
class Look:
    """The look of text; None where it leaves the matter to what it stands in."""

    struck: bool | None = None
    shift: Literal["", "sup", "sub"] | None = None
    hidden: bool | None = None  # of text, a table, a slide
    bold: bool | None = None
    level: int | None = None  # of a heading, from 1; 0 for none
    list: str | None = None  # name of the list style
    title: bool = False  # of the document

    def within(self, outer: "Look") -> "Look":
        """This look on top of another."""
        return Look(
            struck=outer.struck if self.struck is None else self.struck,
            shift=outer.shift if self.shift is None else self.shift,
            hidden=outer.hidden if self.hidden is None else self.hidden,
            bold=outer.bold if self.bold is None else self.bold,
            level=outer.level if self.level is None else self.level,
            list=outer.list if self.list is None else self.list,
            title=self.title or outer.title,
        )


PLAIN = Look()


class Styles:
    """The styles of a part: its automatic ones and the common ones.

    roots: elements with styles in them; later ones win over earlier ones of the same name.
    """

    def __init__(self, roots: Iterable[Element | None]) -> None:
        self._styles: dict[tuple[str, str], Element] = {}
        self.lists: dict[str, Element] = {}
        self.outline: Element | None = None  # the list style of headings
        for root in roots:
            for style in root if root is not None else ():
                if style.tag == STYLE + "style":
                    self._styles[style.get(STYLE + "family", ""), style.get(STYLE + "name", "")] = style
                elif style.tag == TEXT + "list-style":
                    self.lists[style.get(STYLE + "name", "")] = style
                elif style.tag == TEXT + "outline-style":
                    self.outline = style
        self._looks: dict[tuple[str, str], Look] = {}

    def look(self, family: str, name: str | None) -> Look:
        """The look of a style and of those that it comes from."""
        if not name:
            return PLAIN
        key = (family, name)
        if key not in self._looks:
            self._looks[key] = self._resolved(family, name)
        return self._looks[key]

    def _resolved(self, family: str, name: str) -> Look:
        look = PLAIN
        seen: set[str] = set()
        while name and name not in seen and len(seen) < _MOST_ANCESTORS:
            seen.add(name)
            style = self._styles.get((family, name))
            if style is None:
                return replace(look, title=look.title or (name == _TITLE and look.level is None))
            own = _own(style)
            look = look.within(replace(own, title=name == _TITLE and look.level is None))
            name = style.get(STYLE + "parent-style-name", "")
        return look


def _own(style: Element) -> Look:
    struck = shift = hidden = bold = None
    for properties in style:
        if properties.tag == STYLE + "text-properties":
            struck, shift, bold = _struck(properties), _shift(properties), _bold(properties)
            display = properties.get(TEXT + "display")
            hidden = hidden if display is None else display == "none"
        elif properties.tag == STYLE + "table-properties":
            display = properties.get(TABLE + "display")
            hidden = hidden if display is None else display == "false"
        elif properties.tag == STYLE + "drawing-page-properties":
            visibility = properties.get(PRESENTATION + "visibility")
            hidden = hidden if visibility is None else visibility == "hidden"
    level = style.get(STYLE + "default-outline-level")
    return Look(
        struck,
        shift,
        hidden,
        bold,
        None if level is None else whole(level, default=0),
        style.get(STYLE + "list-style-name"),
    )


def _struck(properties: Element) -> bool | None:
    values = [properties.get(f"{STYLE}text-line-through-{name}") for name in ("style", "type")]
    stated = [value != "none" for value in values if value is not None]
    return all(stated) if stated else None


def _shift(properties: Element) -> Literal["", "sup", "sub"] | None:
    match = _RAISED.match(properties.get(STYLE + "text-position", ""))
    if match is None:
        return None
    where = match.group(1)
    if where in ("super", "sub"):
        return "sup" if where == "super" else "sub"
    height = float(where)
    return "sup" if height > 0 else "sub" if height < 0 else ""


def _bold(properties: Element) -> bool | None:
    weight = properties.get(FO + "font-weight")
    return None if weight is None else weight == "bold" or (weight.isdigit() and int(weight[:4]) >= 600)
