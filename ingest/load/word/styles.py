"""Styles of a Word document: which are headings, and what they inherit from the styles they are based on."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.load.ooxml.names import W
from ingest.load.ooxml.package import Element, number, switched_on

_BODY = 9  # the outline level that stands for no heading
# Names of the heading styles as Word and others write them; Word itself writes the English ones in every language.
_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titulo|encabezado|titolo|intestazione|kop|rubrik|overskrift|otsikko|"
    r"nagłówek|nadpis|címsor|başlık|titlu|naslov|antraštė|virsraksts|pealkiri|заголовок|заглавие|επικεφαλίδα|"
    r"כותרת|عنوان|标题|標題|見出し|제목)\s*([1-9])(?:\s|,|;|$)"
)
_TITLE = frozenset(
    "title titel titre título titulo titolo tytuł název názov otsikko cím başlık titlu naslov название τίτλος "
    "כותר 标题 標題 表題 제목".split()
)
_CONTENTS = re.compile(r"(?:toc|contents) ?\d$|table of figures$")
_USUAL_SIZE = 20  # half points, where neither the document nor a style says
_SMALLER = 0.9  # text that is set off the line and smaller than this is raised or lowered; LibreOffice writes it so
_LONGEST_CHAIN = 50  # styles based on one another; Word allows fewer


@dataclass(frozen=True, slots=True)
class Format:
    """What the look of a run says about its text."""

    raised: str = ""  # "sup" or "sub"
    struck: bool = False
    hidden: bool = False
    font: str = ""
    size: int = 0  # half points; 0 when the file does not say


@dataclass(slots=True)
class _Style:
    """A style as the file states it; None where it leaves the matter to the style it is based on."""

    name: str
    based_on: str
    outline: int | None = None
    numbering: str | None = None
    numbering_level: int | None = None
    indent: int | None = None
    raised: str | None = None
    struck: bool | None = None
    struck_twice: bool | None = None
    hidden: bool | None = None
    font: str | None = None
    size: int | None = None
    shift: int | None = None  # half points above the line


@dataclass(frozen=True, kw_only=True, slots=True)
class ParagraphStyle:
    """A paragraph style with everything it inherits."""

    level: int | None = None  # of its heading, from 1; None for other paragraphs
    title: bool = False  # the document's title
    caption: bool = False
    contents: bool = False  # a line of a table of contents
    numbering: str = ""  # id of its list, "" when it has none
    numbering_level: int | None = None
    numbering_style: str = ""  # the style that brings the list
    indent: int | None = None  # twentieths of a point
    format: Format = field(default_factory=Format)


class Styles:
    """The styles of a document, by id."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._paragraph: dict[str, ParagraphStyle] = {}
        self._character: dict[tuple[str, Format], Format] = {}
        self._default = ""
        size = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}sz") if root is not None else None
        self._size = number(size.get(W + "val")) if size is not None else _USUAL_SIZE
        for style in root.iter(W + "style") if root is not None else ():
            key = style.get(W + "styleId", "")
            self._styles[key] = _style(style)
            if style.get(W + "type") == "paragraph" and switched_on(style, W + "default") and style.get(W + "default"):
                self._default = key

    def paragraph(self, key: str | None) -> ParagraphStyle:
        """A paragraph style; the document's default one for None."""
        key = self._default if key is None else key
        if key not in self._paragraph:
            self._paragraph[key] = self._resolved(key)
        return self._paragraph[key]

    def character(self, key: str, base: Format) -> Format:
        """The format of a run in a character style, within a paragraph whose style gives the format `base`."""
        if (key, base) not in self._character:
            chain = self._chain(key)
            own = _format(chain, base.size)
            shift = next((one.shift for one in chain if one.shift is not None), 0)
            raised = next((one.raised for one in chain if one.raised is not None), base.raised)
            self._character[key, base] = Format(
                raised=raised or _shifted(shift, own.size, base.size),
                struck=base.struck != own.struck,  # such marks of two styles cancel each other
                hidden=base.hidden != own.hidden,
                font=own.font or base.font,
                size=own.size,
            )
        return self._character[key, base]

    def list_of(self, key: str) -> str:
        """Id of the list that a numbering style brings."""
        return next((one.numbering for one in self._chain(key) if one.numbering), "")

    def _resolved(self, key: str) -> ParagraphStyle:
        chain = self._chain(key)
        keys = self._keys(key)
        if not chain:  # a style that the file does not define, named as Word names it
            match = _HEADING.match(key.lower())
            return ParagraphStyle(level=int(match.group(1)) if match else None, format=Format(size=self._size))
        names = [one.name for one in chain]
        bringer = next((index for index, one in enumerate(chain) if one.numbering is not None), len(chain))
        levels = (one.numbering_level for one in chain[: bringer + 1])
        level, title = _level(chain)
        return ParagraphStyle(
            level=level,
            title=title,
            caption="caption" in names,
            contents=any(_CONTENTS.match(name) for name in names),
            numbering=(chain[bringer].numbering or "") if bringer < len(chain) else "",
            numbering_level=next((one for one in levels if one is not None), None),
            numbering_style=keys[bringer] if bringer < len(chain) else "",
            indent=next((one.indent for one in chain if one.indent is not None), None),
            format=_format(chain, self._size),
        )

    def _keys(self, key: str) -> list[str]:
        """A style and the ones it is based on, nearest first."""
        keys: list[str] = []
        while key in self._styles and key not in keys and len(keys) < _LONGEST_CHAIN:
            keys.append(key)
            key = self._styles[key].based_on
        return keys

    def _chain(self, key: str) -> list[_Style]:
        return [self._styles[one] for one in self._keys(key)]


def run_format(properties: Element | None, base: Format) -> Format:
    """The format of a run from its own properties, on top of what its styles give."""
    if properties is None:
        return base
    own: dict[str, Any] = {}
    shift, size = 0, base.size
    for child in properties:
        tag = child.tag
        if tag == W + "vertAlign":
            own["raised"] = _raised(child)
        elif tag in (W + "strike", W + "dstrike"):
            own["struck"] = own.get("struck", False) or switched_on(child, W + "val")
        elif tag == W + "vanish":
            own["hidden"] = switched_on(child, W + "val")
        elif tag == W + "rFonts":
            own["font"] = child.get(W + "ascii") or child.get(W + "hAnsi") or base.font
        elif tag == W + "position":
            shift = number(child.get(W + "val"))
        elif tag == W + "sz":
            size = number(child.get(W + "val"))
    if shift:
        own.setdefault("raised", _shifted(shift, size, base.size))
    return replace(base, **own) if own else base


def _style(element: Element) -> _Style:
    name = element.find(W + "name")
    based_on = element.find(W + "basedOn")
    style = _Style(
        name=" ".join((name.get(W + "val") or "").lower().split()) if name is not None else "",
        based_on=based_on.get(W + "val", "") if based_on is not None else "",
    )
    _read_paragraph(style, element.find(W + "pPr"))
    _read_run(style, element.find(W + "rPr"))
    return style


def _read_paragraph(style: _Style, properties: Element | None) -> None:
    for child in properties if properties is not None else ():
        if child.tag == W + "outlineLvl":
            style.outline = number(child.get(W + "val"), default=_BODY)
        elif child.tag == W + "ind":
            left = child.get(W + "left") or child.get(W + "start")
            style.indent = number(left) if left else style.indent
        elif child.tag == W + "numPr":
            key, level = child.find(W + "numId"), child.find(W + "ilvl")
            style.numbering = key.get(W + "val") if key is not None else None
            style.numbering_level = number(level.get(W + "val")) if level is not None else None


def _read_run(style: _Style, properties: Element | None) -> None:
    for child in properties if properties is not None else ():
        if child.tag == W + "vertAlign":
            style.raised = _raised(child)
        elif child.tag == W + "strike":
            style.struck = switched_on(child, W + "val")
        elif child.tag == W + "dstrike":
            style.struck_twice = switched_on(child, W + "val")
        elif child.tag == W + "vanish":
            style.hidden = switched_on(child, W + "val")
        elif child.tag == W + "rFonts":
            style.font = child.get(W + "ascii") or child.get(W + "hAnsi")
        elif child.tag == W + "sz":
            style.size = number(child.get(W + "val"))
        elif child.tag == W + "position":
            style.shift = number(child.get(W + "val"))


def _shifted(shift: int, size: int, usual: int) -> str:
    """Whether text that is set off the line is raised or lowered: it is smaller than the text around it."""
    if not shift or not 0 < size < _SMALLER * usual:
        return ""
    return "sup" if shift > 0 else "sub"


def _raised(element: Element) -> str:
    return {"superscript": "sup", "subscript": "sub"}.get(element.get(W + "val", ""), "")


def _level(chain: list[_Style]) -> tuple[int | None, bool]:
    """(heading level, whether it is the title) of a style, by the nearest style of the chain that says something."""
    for style in chain:
        if style.name in _TITLE:
            return 1, True
        if style.outline is not None:
            return (style.outline + 1 if 0 <= style.outline < _BODY else None), False
        if match := _HEADING.match(style.name):
            return int(match.group(1)), False
    return None, False


def _format(chain: list[_Style], usual: int) -> Format:
    """The format that styles give. usual: the size of the text around, in half points."""
    return Format(
        raised=next((one.raised for one in chain if one.raised is not None), ""),
        struck=next((one.struck for one in chain if one.struck is not None), False)
        or next((one.struck_twice for one in chain if one.struck_twice is not None), False),
        hidden=next((one.hidden for one in chain if one.hidden is not None), False),
        font=next((one.font for one in chain if one.font), ""),
        size=next((one.size for one in chain if one.size is not None), usual),
    )
