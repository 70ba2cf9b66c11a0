"""Headings, title and tables of Markdown text; code fences and front matter hold no headings."""

import re

from app.core.domain import Heading, Rows
from ingest.load.extracted import LONGEST_HEADING
from ingest.load.tables import shortened_names

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NOT_A_PARAGRAPH = re.compile(r" {0,3}(?:[-*+>|]|\d+[.)])(?:\s|$)|    |\t")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:(.+)$", re.MULTILINE)
_TABLE = re.compile(  # a header row, a line of dashes, rows of cells
    r"^(?P<header>[^\n]*\|[^\n]*)\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t:-]*)+\n(?P<rows>(?:[^\n]*\|[^\n]*(?:\n|\Z))+)",
    re.MULTILINE,
)
_EMPHASIS = re.compile(r"(?<!\\)(\*\*|__|`)(.+?)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def markdown_headings(text: str) -> tuple[tuple[Heading, ...], str]:
    """(headings with offsets, title from the front matter or "") of clean Markdown text."""
    front = _FRONT_MATTER.match(text)
    title = ""
    offset = 0
    if front:
        named = _FRONT_TITLE.search(front.group(1) or "")
        title = named.group(1).strip().strip("'\"") if named else ""
        offset = front.end()
    headings: list[Heading] = []
    fence = ""
    previous: tuple[int, str] | None = None  # a line that a setext underline would make a heading
    for line in text[offset:].split("\n"):
        start, offset = offset, offset + len(line) + 1
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark.group(1).startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
            continue
        if mark:
            fence, previous = mark.group(1), None
        elif atx := _ATX.match(line):
            _append(headings, len(atx.group(1)), line[atx.end() :], start)
            previous = None
        elif previous is not None and (underline := _UNDERLINE.match(line)):
            _append(headings, 1 if underline.group(1).startswith("=") else 2, previous[1], previous[0])
            previous = None
        else:
            previous = (start, line) if line.strip() and not _NOT_A_PARAGRAPH.match(line) else None
    return tuple(headings), title


def _append(headings: list[Heading], level: int, text: str, start: int) -> None:
    text = text.strip()[:LONGEST_HEADING]
    unclosed = text.rstrip("#")  # closing hashes are not part of a heading, but "C#" is
    text = unclosed if unclosed[-1:] in ("", " ", "\t") else text
    plain = _LINK.sub(r"\1", _EMPHASIS.sub(r"\2", text)).strip()
    if plain:
        headings.append(Heading(level=level, text=plain, start=start))


def markdown_tables(text: str) -> tuple[Rows, ...]:
    """The rows of the tables in clean Markdown text."""
    return tuple(
        Rows(
            header=shortened_names([name.strip() for name in match["header"].strip().strip("|").split("|")]),
            head=match.start("rows") - match.start(),
            start=match.start("rows"),
            end=match.end("rows"),
        )
        for match in _TABLE.finditer(text)
    )
