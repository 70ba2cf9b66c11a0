"""A page of a web site without its frame: menus, header and footer, which stand on every page and hide what differs.

What is left out is named in a warning. The home page of a site is read whole, so that its frame can be searched once.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from lxml import etree

from ingest.load.extracted import Extracted
from ingest.load.markup import html_extracted, html_markup

LEFT_OUT = "Left out of the page: "  # how the warning begins

_FEED = 1 << 20  # bytes
_HOME = frozenset(("", "/", "/index.html", "/index.htm", "/index.php"))
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_UNREAD = frozenset(("script", "style"))  # their content is no text
_NAME = re.compile(r"[A-Za-z][\w:.-]*")
_CONTENT = frozenset(("main", "article", "section"))  # their headers, footers and notes are content
_DEEPEST = 50  # elements within one another that may be left out
_FRAME_TAGS: Mapping[str, str] = {"nav": "menu", "header": "header", "footer": "footer", "aside": "side column"}
_FRAME_ROLES: Mapping[str, str] = {
    "navigation": "menu", "menu": "menu", "menubar": "menu", "search": "menu", "banner": "header",
    "contentinfo": "footer", "complementary": "side column",
}  # fmt: skip
# Names in class and id of what is usually a menu or the like; it is one only if most of its text are links.
_MENU_NAMES = frozenset(
    "nav navbar navigation menu menubar mainmenu topmenu submenu sidenav sidebar sphinxsidebar breadcrumb breadcrumbs "
    "toc tableofcontents table-of-contents pagination pager pagenav related skip-link skip-links skiplink social share "
    "sharing site-header site-footer page-header page-footer header footer topbar toolbar bottom-nav catlinks navbox "
    "mw-navigation mw-panel mw-head tabs".split()
)
_CONSENT = re.compile(r"(?:cookie|consent|gdpr)[-_]?(?:\w+[-_])*(?:banner|bar|notice|popup|modal|dialog|overlay|box)?")
_LONGEST_CONSENT = 2_000  # characters; a longer text about cookies is the page's own
_MARKERS = frozenset("¶ # § 🔗 ∞ ⚓ [edit]".split())  # links beside headings that lead to themselves
_HEADER_HEADING = 3  # a header with a heading of this level or a higher one belongs to the text
_MOST_LINKED = 0.5  # share of the text in links from which it is a menu
_SUBSTANTIAL = 0.5  # share of the remaining text in <main> from which the rest is frame too
_LEAST = 20  # characters; with less left the page is read whole


@dataclass(slots=True)
class _Open:
    """An element that may be left out, while it is open."""

    depth: int
    start: int  # index of its first piece
    kind: str
    needs_links: bool  # left out only if most of its text are links
    text: int = 0  # characters, without white space at the ends of pieces
    linked: int = 0
    heading: int = 9  # level of the most important heading in it


@dataclass(slots=True)
class _Span:
    """A <main> or h1 among the pieces."""

    depth: int
    is_main: bool
    first: int
    last: int = 0
    text: int = 0  # characters; while it is open those before it


class _Filter:
    """Receives libxml2's events (a parser target of lxml) and writes the page again without its frame."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.left_out: Counter[str] = Counter()
        self.dropped = 0  # characters
        self.markers = 0  # links that lead to their own heading
        self.kept = 0
        self.main: list[_Span] = []
        self.titles: list[_Span] = []  # the h1 headings
        self.body = 0  # index of the first piece of the body
        self._depth = 0
        self._open: list[_Open] = []
        self._spans: list[_Span] = []  # open ones of main and h1
        self._content: list[int] = []  # depths of open elements of content
        self._links = 0
        self._unread = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        self._depth += 1
        if tag in _UNREAD:
            self._unread += 1
        kind, needs_links = self._kind(tag, attributes)
        if kind and len(self._open) < _DEEPEST:
            self._open.append(_Open(self._depth, len(self.pieces), kind, needs_links))
        is_main = tag == "main" or attributes.get("role") == "main"
        if is_main or tag in _CONTENT:
            self._content.append(self._depth)
        self._links += tag == "a"
        if (is_main or tag == "h1") and not any(span.is_main == is_main for span in self._spans):
            self._spans.append(_Span(self._depth, is_main, len(self.pieces), text=self.kept))
        if re.fullmatch("h[1-6]", tag):
            for item in self._open:
                item.heading = min(item.heading, int(tag[1]))
        if _NAME.fullmatch(tag):
            pairs = ((name, value) for name, value in attributes.items() if _NAME.fullmatch(name))
            self.pieces.append(f"<{tag}" + "".join(f' {name}="{escape(value)}"' for name, value in pairs) + ">")
        if tag == "body" and not self.body:
            self.body = len(self.pieces)

    def end(self, tag: str) -> None:
        """A tag closes, in the markup or because its parent does."""
        if tag in _UNREAD:
            self._unread -= 1
        if self._content and self._content[-1] == self._depth:
            self._content.pop()
        self._links -= tag == "a"
        if _NAME.fullmatch(tag) and tag not in _VOID:
            self.pieces.append(f"</{tag}>")
        if self._spans and self._spans[-1].depth == self._depth:
            span = self._spans.pop()
            span.last, span.text = len(self.pieces), self.kept - span.text
            (self.main if span.is_main else self.titles).append(span)
        if self._open and self._open[-1].depth == self._depth:
            self._close(self._open.pop())
        self._depth -= 1

    def data(self, data: str) -> None:
        """Text between tags."""
        if self._unread:
            return
        self.pieces.append(escape(data, quote=False))
        length = len(data.strip()) if self.body else 0
        self.kept += length
        for item in self._open:
            item.text += length
            item.linked += length if self._links else 0

    def close(self) -> None:
        """The end of the page."""

    def _kind(self, tag: str, attributes: Mapping[str, str]) -> tuple[str, bool]:
        """(kind of frame that an element is, whether that depends on its links); no kind for content."""
        if tag in ("html", "head", "body", "main", "article", "h1"):
            return "", False
        role = attributes.get("role", "").strip().lower()
        kind = _FRAME_ROLES.get(role) or _FRAME_TAGS.get(tag, "")
        if kind == "menu" or (kind and not self._content):
            return kind, False
        names = set(f"{attributes.get('class', '')} {attributes.get('id', '')}".lower().split())
        if tag == "a" or "mw-editsection" in names:
            return "marker", False
        if names & _MENU_NAMES:
            return "menu", True
        if not self._content and any(_CONSENT.fullmatch(name) for name in names):
            return "cookie notice", False
        return "", False

    def _close(self, item: _Open) -> None:
        """Leave an element out that turns out to be frame."""
        text = "".join(self.pieces[item.start :]) if item.kind == "marker" and item.text <= 8 else ""
        if item.kind == "marker":
            frame = bool(text) and re.sub(r"<[^>]*>|\s", "", text) in _MARKERS
        elif item.kind == "cookie notice":
            frame = item.text <= _LONGEST_CONSENT
        elif item.heading == 1 or (item.kind == "header" and item.heading <= _HEADER_HEADING):
            frame = False
        else:
            frame = not item.needs_links or item.linked > _MOST_LINKED * item.text
        if not frame or not item.text:
            return
        del self.pieces[item.start :]
        self.kept -= item.text
        for outer in self._open:
            outer.text -= item.text
            outer.linked -= item.linked
        if item.kind == "marker":
            self.markers += 1
        else:
            self.dropped += item.text
            self.left_out[item.kind] += 1
        for spans in (self.main, self.titles):
            while spans and spans[-1].last > len(self.pieces):
                spans.pop()


def is_web_page(uri: str) -> bool:
    """Whether a document comes from a web site and is no part of an archive there."""
    return uri.startswith(("http://", "https://")) and "!/" not in uri


def load_web_page(content: bytes, uri: str) -> Extracted:
    """An HTML page of a web site without its menus, header and footer; a home page whole."""
    markup, warnings = html_markup(content)
    if urlsplit(uri).path in _HOME:
        return html_extracted(markup, warnings)
    main, note = main_content(markup)
    return html_extracted(main, (*warnings, note) if note else warnings)


def main_content(markup: str) -> tuple[str, str]:
    """(the page without its frame, a sentence that names what was left out); the page itself when little would remain.

    An element is frame by its tag or role, or by its name if most of its text are links. Where <main> holds most of
    the rest, everything around it is frame too.
    """
    page = _Filter()
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    content = markup.replace("\x00", "").encode("utf-8", "replace")
    for start in range(0, len(content), _FEED):
        parser.feed(content[start : start + _FEED])
    if content.strip():
        parser.close()
    pieces, kept = page.pieces, page.kept
    inside = sum(span.text for span in page.main)
    if inside and inside >= _SUBSTANTIAL * kept:
        spans = page.main if any(_within(title, page.main) for title in page.titles) else [*page.titles, *page.main]
        pieces = [*pieces[: page.body], *(piece for span in spans for piece in pieces[span.first : span.last])]
        kept = sum(span.text for span in spans)
    around = page.kept - kept
    if kept < _LEAST or not (page.dropped or page.markers or around > 0):
        return markup, ""
    if not page.dropped and around <= 0:
        return "".join(pieces), ""
    return "".join(pieces), LEFT_OUT + _named(page.left_out, page.dropped + max(0, around))


def _within(span: _Span, outer: list[_Span]) -> bool:
    return any(one.first <= span.first and span.last <= one.last for one in outer)


def _named(kinds: Counter[str], characters: int) -> str:
    """ "2 menus, 1 footer (1,234 characters)." """
    names = [f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in kinds.items()]
    return f"{', '.join(names) or 'what stands around its main part'} ({characters:,} characters)."
