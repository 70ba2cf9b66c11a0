"""HTML within Markdown: tables and formulas become text, raised and struck-out words are marked; code is left alone."""

import re
from collections import Counter
from collections.abc import Iterator

from ingest.load.extracted import unmarked
from ingest.load.html_text import html_content
from ingest.load.hypertext.raised import REACH, lowered, raised
from ingest.load.markdown import code_lines

_LONGEST_LINE = 20_000  # characters; longer ones are data
_BLOCK = re.compile(r"<(/?)(table|math)\b", re.IGNORECASE)
_STRUCK = re.compile(r"(?<![~\\])~~(?=[^\s~])([^~\n]{1,500})(?<=[^\s~])~~(?!~)")
_ELEMENT = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)[^`]+(?P=ticks)(?!`))|<br\s*/?>|<(?P<tag>sup|sub|s|strike|del|ins)\b[^<>]*>"
    r"(?P<text>[^<>]{0,500})</(?P=tag)\s*>",
    re.IGNORECASE,
)


def without_html(text: str) -> tuple[str, Counter[str]]:
    """(Markdown marked for `Builder.add`, what was left out -> how often) of clean Markdown text."""
    left_out: Counter[str] = Counter()
    if "<" not in text and "~~" not in text:
        return unmarked(text), left_out
    pieces: list[str] = []
    position = 0
    for start, end in _elements(text):
        pieces.append(_lines(unmarked(text[position:start]), left_out))
        content = html_content(text[start:end])
        left_out.update(content.left_out)
        pieces.append(content.text if "<table" in text[start : start + 6].lower() else content.text.strip())
        position = end
    pieces.append(_lines(unmarked(text[position:]), left_out))
    return "".join(pieces), left_out


def _elements(text: str) -> Iterator[tuple[int, int]]:
    """The spans of tables and formulas outside code, outermost ones only."""
    depth, start, kind = 0, 0, ""
    for offset, line, code in code_lines(text):
        for mark in _BLOCK.finditer(line) if "<" in line and not code else ():
            closes, tag = bool(mark.group(1)), mark.group(2).lower()
            if not depth and not closes:
                depth, start, kind = 1, offset + mark.start(), tag
            elif tag == kind and depth:
                depth += -1 if closes else 1
                close = text.find(">", offset + mark.start())
                if not depth and close >= 0:
                    yield start, close + 1


def _lines(text: str, left_out: Counter[str]) -> str:
    """The text with the elements within its lines read."""
    if "<" not in text and "~~" not in text:
        return text
    lines = []
    for _, line, code in code_lines(text):
        marked = "<" in line or "~~" in line
        lines.append(_inline(line, left_out) if marked and not code and len(line) <= _LONGEST_LINE else line)
    return "\n".join(lines)


def _inline(line: str, left_out: Counter[str]) -> str:
    written, position = "", 0
    for element in _ELEMENT.finditer(line):
        written += _struck(line[position : element.start()])
        position = element.end()
        tag = (element.group("tag") or "").lower()
        text = element.group("text") or ""
        if element.group("code"):
            written += element.group()
        elif tag == "sup":
            written += raised(written[-REACH:], text)
        elif tag == "sub":
            cut, lower = lowered(written[-REACH:], text)
            written = written[: len(written) - cut] + lower
        elif tag in ("s", "strike"):
            written += f"[struck out: {text.strip()}]" if text.strip() else ""
        elif tag == "del":
            left_out["deleted"] += bool(text.strip())
        else:
            written += text if tag == "ins" else " "
    return written + _struck(line[position:])


def _struck(text: str) -> str:
    return _STRUCK.sub(r"[struck out: \1]", text) if "~~" in text else text
