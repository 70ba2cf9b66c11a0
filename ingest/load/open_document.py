"""Loader of OpenDocument text, sheets and slides."""

from html import escape
from xml.etree import ElementTree

from ingest.load.container import Container
from ingest.load.extracted import Builder, Extracted
from ingest.load.html_text import html_text
from ingest.load.limits import Limits

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TITLE = ".//{http://purl.org/dc/elements/1.1/}title"
_SKIPPED = frozenset((_TEXT + "tracked-changes", _TEXT + "note-citation", _TEXT + "sequence-decls"))
_HTML_NAMES = {
    _TEXT + "p": "p",
    _TEXT + "list": "ul",
    _TEXT + "list-item": "li",
    _TEXT + "note-body": "div",
    _TABLE + "table": "table",
    _TABLE + "table-row": "tr",
    _TABLE + "table-cell": "td",
}
_SPACES = {_TEXT + "s": " ", _TEXT + "tab": " ", _TEXT + "line-break": "<br>"}


def load_open_document(content: bytes, media_type: str, limits: Limits) -> Extracted:
    """Headings, paragraphs, list items and table rows in order, then headers and footers."""
    container = Container(content, limits)
    builder = Builder()
    builder.add(html_text(_as_html(container.xml("content.xml")))[0])
    if "styles.xml" in container:
        styles = container.xml("styles.xml")
        for tag in ("header", "footer"):
            for element in styles.iter(_STYLE + tag):
                builder.add(html_text(_as_html(element))[0])
    title = container.xml("meta.xml").findtext(_TITLE, "") if "meta.xml" in container else ""
    return Extracted(
        text=builder.text(),
        media_type=media_type,
        title=(title or "").strip(),
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
    )


def _as_html(root: ElementTree.Element) -> str:
    """The tree as HTML; walked with an explicit stack, because a file may be nested deeper than Python can recurse."""
    pieces: list[str] = []
    stack: list[ElementTree.Element | str] = [root]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            pieces.append(top)
            continue
        if top.tag in _SKIPPED:
            continue
        name = f"h{min(_level(top), 6)}" if top.tag == _TEXT + "h" else _HTML_NAMES.get(top.tag, "")
        pieces.append(f"<{name}>" if name else _SPACES.get(top.tag, ""))
        pieces.append(escape(top.text or ""))
        stack.append(f"</{name}>" if name else "")
        for child in reversed(top):
            stack.extend((escape(child.tail or ""), child))
    return "".join(pieces)


def _level(heading: ElementTree.Element) -> int:
    level = heading.get(_TEXT + "outline-level", "1")
    return max(int(level), 1) if level.isdigit() else 1
