"""The text of a passage as HTML: Markdown and rows of tables rendered, everything else as it stands.

markdown-it renders no HTML of the text itself, so a document brings no element of its own. Links and pictures become
their words: nothing in a passage leads away or loads anything.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from app.web.highlight import escape, mark_terms

_BAR = " | "  # between the cells of a row, as ingestion writes them
_NAMED = re.compile(r"([^:|]{1,60}): (.*)", re.DOTALL)
_LONGEST_MARKDOWN = 20_000  # characters; a longer passage is shown as it stands
_MOST_CELLS = 60  # of a row
_STEMS = "stems"
_PRINTED_LINE = 40  # characters; a shorter line of a PDF is a heading, a list item or the end of a paragraph


def render_passage(text: str, media_type: str, stems: frozenset[str]) -> str:
    """HTML of a passage, with a <mark> around the words that have one of the stems."""
    if media_type == "text/markdown" and len(text) <= _LONGEST_MARKDOWN:
        return str(_markdown().render(text, {_STEMS: stems}))
    parts = []
    for is_row, group in groupby(_lines(text), key=lambda line: _BAR in line):
        lines = list(group)
        if is_row:
            parts += [_table(rows, stems) for rows in _tables(lines)]
        elif body := "\n".join(lines).strip("\n"):
            parts.append(f'<p class="fm-plain-text">{mark_terms(body, stems)}</p>')
    return "".join(parts)


def flowing(text: str, media_type: str) -> str:
    """The text with the printed lines of a PDF joined to paragraphs, which read better at the width of a card.

    Rows of a table keep their lines: that is how render_passage knows them.
    """
    if media_type != "application/pdf":
        return text
    lines = text.split("\n")
    joined = lines[0]
    for before, line in pairwise(lines):
        full = len(before) >= _PRINTED_LINE and _BAR not in before and _BAR not in line
        goes_on = full and line[:1].isalnum() and (line[:1].islower() or before.rstrip()[-1:] not in ".:!?")
        joined += (" " if goes_on else "\n") + line
    return joined


def _lines(text: str) -> list[str]:
    """The lines; one that only cuts off a cell at the passage's edge stays part of its row."""
    return [line.removeprefix("| ").removesuffix(" |") if _BAR in line else line for line in text.split("\n")]


def _tables(lines: Sequence[str]) -> Iterator[list[list[str]]]:
    """Neighbouring rows with equally many cells, each group as cells."""
    rows = (line.split(_BAR)[:_MOST_CELLS] for line in lines)
    for _, group in groupby(rows, key=len):
        yield list(group)


def _table(rows: Sequence[Sequence[str]], stems: frozenset[str]) -> str:
    names, rows = _named(rows)
    head = "".join(f'<th scope="col">{mark_terms(name, stems)}</th>' for name in names)
    body = "".join("<tr>" + "".join(f"<td>{mark_terms(cell, stems)}</td>" for cell in row) + "</tr>" for row in rows)
    named = f"<thead><tr>{head}</tr></thead>" if names else ""
    return f'<div class="fm-scroll" tabindex="0"><table class="fm-cells">{named}<tbody>{body}</tbody></table></div>'


def _named(rows: Sequence[Sequence[str]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The columns' names and the values alone, where each row has the same names; else no names."""
    matched = [[_NAMED.fullmatch(cell) for cell in row] for row in rows]
    if any(match is None for row in matched for match in row):
        return (), rows
    names = [match.group(1) for match in matched[0] if match]
    values = [[match.group(2) for match in row if match] for row in matched]
    same = all([match.group(1) for match in row if match] == names for row in matched)
    return (names, values) if same else ((), rows)


class _Renderer(RendererHTML):
    """Markdown as HTML with the question's words marked; links and pictures as their words."""

    def text(self, tokens: Sequence[Token], idx: int, _options: Any, env: MutableMapping[str, Any]) -> str:
        return mark_terms(tokens[idx].content, env[_STEMS])

    def code_inline(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f"<code>{escape(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f"<pre>{escape(tokens[idx].content)}</pre>"

    def fence(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f"<pre>{escape(tokens[idx].content)}</pre>"

    def link_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f'<span class="fm-away" title="{escape(tokens[idx].attrGet("href") or "")}">'

    def link_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</span>"

    def image(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Mapping[str, Any]) -> str:
        return f"[{escape(tokens[idx].content)}]"

    def heading_open(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return '<p class="fm-passage-heading">'  # the card's own heading stands above it

    def heading_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</p>"

    def table_open(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return '<div class="fm-scroll" tabindex="0"><table class="fm-cells">'

    def table_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</table></div>"


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer).enable("table")
