"""Headings, title and tables of Markdown text; code fences and front matter hold none."""

import re
from collections.abc import Iterator, Sequence

from app.core.domain import Heading, Rows
from ingest.load.captions import caption_in
from ingest.load.extracted import LONGEST_HEADING
from ingest.load.tables import shortened_names

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NOT_A_PARAGRAPH = re.compile(r" {0,3}(?:[-*+>|]|\d+[.)])(?:\s|$)|    |\t")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:(.+)$", re.MULTILINE)
_DASHES = re.compile(r"[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_LONGEST_DASHES = 5_000  # characters
_BAR = re.compile(r"(?<!\\)\|")
_CAPTION_LINE = re.compile(r"(?:table)?:[ \t]+(\S.*)|\[([^\]]+)\]", re.IGNORECASE)  # of Pandoc and MultiMarkdown
_EMPHASIS = re.compile(r"(?<!\\)(\*\*|__|`)(.+?)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def markdown_headings(text: str) -> tuple[tuple[Heading, ...], str]:
    """(headings with offsets, title from the front matter or "") of clean Markdown text."""
    front = _FRONT_MATTER.match(text)
    title = ""
    if front:
        named = _FRONT_TITLE.search(front.group(1) or "")
        title = named.group(1).strip().strip("'\"") if named else ""
    headings: list[Heading] = []
    previous: tuple[int, str] | None = None  # a line that a setext underline would make a heading
    for start, line, code in code_lines(text, front.end() if front else 0):
        if code:
            previous = None
        elif atx := _ATX.match(line):
            _append(headings, len(atx.group(1)), line[atx.end() :], start)
            previous = None
        elif previous is not None and (underline := _UNDERLINE.match(line)):
            _append(headings, 1 if underline.group(1).startswith("=") else 2, previous[1], previous[0])
            previous = None
        else:
            previous = (start, line) if line.strip() and not _NOT_A_PARAGRAPH.match(line) else None
    return tuple(headings), title


def code_lines(text: str, start: int = 0) -> Iterator[tuple[int, str, bool]]:
    """(offset, line, whether it belongs to a code fence) of each line from offset `start` on."""
    fence = ""
    offset = start
    for line in text[start:].split("\n"):
        mark = _FENCE.match(line)
        if fence:
            yield offset, line, True
            closes = mark is not None and mark.group(1).startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
        else:
            fence = mark.group(1) if mark else ""
            yield offset, line, bool(mark)
        offset += len(line) + 1


def _append(headings: list[Heading], level: int, text: str, start: int) -> None:
    text = text.strip()[:LONGEST_HEADING]
    unclosed = text.rstrip("#")  # closing hashes are not part of a heading, but "C#" is
    text = unclosed if unclosed[-1:] in ("", " ", "\t") else text
    plain = _LINK.sub(r"\1", _EMPHASIS.sub(r"\2", text)).strip()
    if plain:
        headings.append(Heading(level=level, text=plain, start=start))


# ------------------------------------------------------------------------------------------------------------- tables


def markdown_tables(text: str) -> tuple[Rows, ...]:
    """The rows of the pipe tables in clean Markdown text: a line of names, a line of dashes, lines of cells."""
    lines = list(code_lines(text))
    tables: list[Rows] = []
    number = 1
    while number < len(lines):
        (top, names, code), (_, dashes, _) = lines[number - 1], lines[number]
        if code or "|" not in names or not _is_line_of_dashes(dashes):
            number += 1
            continue
        first = number + 1
        number = first
        while number < len(lines) and "|" in lines[number][1] and not lines[number][2]:
            number += 1
        if number > first:
            start, (last, line, _) = lines[first][0], lines[number - 1]
            tables.append(
                Rows(
                    caption=_caption(
                        [line for _, line, _ in lines[max(first - 4, 0) : first - 2]], lines[number : number + 2]
                    ),
                    header=shortened_names(_cells(names)),
                    head=start - top,
                    start=start,
                    end=last + len(line),
                )
            )
        number += 1
    return tuple(tables)


def _is_line_of_dashes(line: str) -> bool:
    return "|" in line and len(line) <= _LONGEST_DASHES and bool(_DASHES.fullmatch(line))


def _cells(line: str) -> list[str]:
    line = line.strip(" \t>").removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    cells = [cell.strip()[:LONGEST_HEADING] for cell in _BAR.split(line)]
    return [_EMPHASIS.sub(r"\2", cell).replace("\\|", "|") for cell in cells]


def _caption(above: Sequence[str], below: Sequence[tuple[int, str, bool]]) -> str:
    """The caption in the two lines above the names, or in the two lines below the rows."""
    for line in reversed(above):
        if line.strip():
            stated = _CAPTION_LINE.fullmatch(line.strip())
            caption = stated.group(1) or stated.group(2) if stated else caption_in(line)
            if caption:
                return caption
            break
    for _, line, _ in below:
        stated = _CAPTION_LINE.fullmatch(line.strip())
        if stated:
            return str(stated.group(1) or stated.group(2))
        if line.strip():
            break
    return ""
