"""What the properties of a Word paragraph say, and its HTML as plain text."""

import re
from dataclasses import dataclass
from html import unescape

from ingest.load.ooxml.names import W
from ingest.load.ooxml.package import Element, number
from ingest.load.word.styles import ParagraphStyle, Styles

_ENDS = ".:;,)]"  # of numbers that stand apart from the text behind them
_TAG = re.compile(r"<[^>]*>")
_DROPPED_CAPITALS = frozenset(("drop", "margin"))


@dataclass(slots=True)
class Look:
    """A paragraph's style and what it states itself; None where it leaves the matter to its style."""

    style_key: str
    style: ParagraphStyle
    outline: int | None = None  # from 0; 9 is no heading
    list: str | None = None
    list_level: int | None = None
    indent: int | None = None  # twentieths of a point
    goes_on: bool = False  # in the next paragraph: its end was deleted, or it is a dropped capital


def look_of(paragraph: Element, styles: Styles) -> Look:
    """The look of a w:p."""
    properties = paragraph.find(W + "pPr")
    if properties is None:
        return Look("", styles.paragraph(None))
    named = properties.find(W + "pStyle")
    key = named.get(W + "val", "") if named is not None else None
    look = Look(key or "", styles.paragraph(key))
    for child in properties:
        tag = child.tag
        if tag == W + "outlineLvl":
            look.outline = number(child.get(W + "val"), default=9)
        elif tag == W + "numPr":
            list_, level = child.find(W + "numId"), child.find(W + "ilvl")
            look.list = list_.get(W + "val") if list_ is not None else None
            look.list_level = number(level.get(W + "val")) if level is not None else None
        elif tag == W + "ind":
            left = child.get(W + "left") or child.get(W + "start")
            look.indent = number(left) if left else None
        elif tag == W + "framePr":
            look.goes_on = look.goes_on or child.get(W + "dropCap") in _DROPPED_CAPITALS
        elif tag == W + "rPr":
            look.goes_on = look.goes_on or any(child.find(W + name) is not None for name in ("del", "moveFrom"))
    return look


def plain(html: str) -> str:
    """The text of a paragraph's HTML, without pictures."""
    return " ".join(unescape(_TAG.sub("", html)).split())


def with_label(label: str, html: str, *, joined: bool) -> str:
    """A paragraph's HTML with its number before it. joined: nothing stands between them in the file."""
    if not label:
        return html
    apart = label[-1].isascii() and (label[-1].isalnum() or label[-1] in _ENDS)
    return label + html if joined and not apart else f"{label} {html}"
