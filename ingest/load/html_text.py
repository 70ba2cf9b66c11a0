"""HTML as Markdown-like text with marked headings and tables, read as a stream: deep nesting is no problem.

The parser is libxml2: the standard library's takes quadratic time on unclosed markup.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from ingest.load.extracted import unmarked
from ingest.load.hypertext.elements import HtmlReader

_FEED = 1 << 20  # bytes
_DEEPEST_PAGE = 3  # pages within pages
_LEFT_OUT = {
    "deleted": ("1 deleted passage was left out.", "{} deleted passages were left out."),
    "frames": (
        "1 frame shows another address, which is not part of the file.",
        "{} frames show other addresses, which are not part of the file.",
    ),
    "choices": (
        "1 further choice of a form's list was left out.",
        "{} further choices of a form's lists were left out.",
    ),
    "templates": ("1 template for scripts was left out.", "{} templates for scripts were left out."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HtmlContent:
    """The content of an HTML document or fragment."""

    text: str  # with the marks of `Builder.add`
    title: str
    language: str | None  # as declared
    left_out: Mapping[str, int]  # kind of what was not read -> how often

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out, for people."""
        return left_out_warnings(self.left_out)


def html_content(markup: str) -> HtmlContent:
    """The content of an HTML document or fragment."""
    text, reader = _read(markup, 0)
    title = " ".join(unmarked(reader.title).split())
    return HtmlContent(text=text, title=title, language=reader.language, left_out=reader.left_out)


def html_text(markup: str) -> tuple[str, str, str | None]:
    """(text with heading marks, title, declared language) of an HTML document or fragment."""
    content = html_content(markup)
    return content.text, content.title, content.language


def _read(markup: str, depth: int) -> tuple[str, HtmlReader]:
    left_out: Counter[str] = Counter()

    def nested(inner: str) -> str:
        if depth >= _DEEPEST_PAGE:
            left_out["frames"] += 1
            return ""
        text, inner_reader = _read(inner, depth + 1)
        left_out.update(inner_reader.left_out)
        return text

    reader = HtmlReader(nested)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    content = markup.replace("\x00", "").encode("utf-8", "replace")
    for start in range(0, len(content), _FEED):
        parser.feed(content[start : start + _FEED])
    text = parser.close() if content.strip() else ""
    reader.left_out.update(left_out)
    return text, reader


def left_out_warnings(left_out: Mapping[str, int]) -> tuple[str, ...]:
    """What was left out, for people. left_out: kind (deleted, frames, choices, templates) -> how often."""
    warnings = []
    for kind, number in left_out.items():
        single, several = _LEFT_OUT[kind]
        if number:
            warnings.append(single if number == 1 else several.format(number))
    return tuple(warnings)
