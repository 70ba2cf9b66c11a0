"""Loader of e-books (EPUB)."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.container import Container
from ingest.load.decode import decode
from ingest.load.extracted import Builder, Extracted, heading_mark, unmarked
from ingest.load.forms import Form, repeats, richest
from ingest.load.html_text import html_content
from ingest.load.limits import Limits, too_much_text

_NAMES = {
    "o": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "n": "http://www.daisy.org/z3986/2005/ncx/",
    "h": "http://www.w3.org/1999/xhtml",
}
_TYPE = "{http://www.idpf.org/2007/ops}type"
_PAGES = frozenset(("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"))
_DRAWING = "image/svg+xml"
_DRAWN_TEXT = re.compile(r"\{http://www\.w3\.org/2000/svg\}(?:text|title|desc)$")
_NO_TEXT = re.compile(
    r"^(?:image|audio|video|font)/|css|javascript|font|smil|opentype|dtbncx|vnd\.adobe|octet-stream|^a?$"
)
_HEADING = re.compile("[\ue001-\ue006]")
_LONGEST_CHAIN = 10  # of fallbacks
_MOST_RENDITIONS = 5
_MOST_LABELS = 5_000


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of the book."""

    path: str
    media_type: str
    fallback: str  # identifier of the item to be shown instead by readers that cannot show this one
    is_contents: bool


def load_epub(content: bytes, limits: Limits) -> Extracted:
    """The chapters of an e-book in reading order, then pages outside that order, such as notes."""
    container = Container(content, limits)
    books = [_Book(container, path, limits) for path in _packages(container)[:_MOST_RENDITIONS]]
    book = max(books, key=lambda book: book.builder.length)
    warnings = book.warnings()
    if len(books) > 1:
        warnings = (*warnings, f"It holds {len(books)} forms of the book; the longest was read.")
    return Extracted(
        text=book.builder.text(),
        media_type=kinds.EPUB,
        title=book.text_of("dc:title"),
        language=book.text_of("dc:language") or None,
        headings=tuple(book.builder.headings),
        tables=tuple(book.builder.tables),
        warnings=warnings,
    )


def _packages(container: Container) -> list[str]:
    pointer = container.xml("META-INF/container.xml")
    paths = [root.get("full-path", "") for root in pointer.iterfind(".//c:rootfile", _NAMES)]
    present = [path for path in dict.fromkeys(paths) if path.endswith(".opf") and path in container]
    present = present or [path for path in paths[:1] if path in container]
    if not present:
        raise DocumentError("The e-book has no table of contents, so it is damaged.", fix="Get a fresh copy.")
    return present


class _Book:
    """One form of the book, read."""

    def __init__(self, container: Container, package_path: str, limits: Limits) -> None:
        self.builder = Builder()
        self._container = container
        self._package = container.xml(package_path)
        self._limits = limits
        self._missing = 0
        self._unread: Counter[str] = Counter()  # media type -> pages that are shown and cannot be read
        self._left_out: Counter[str] = Counter()  # warning -> pages that have it
        self._items = self._manifest(posixpath.dirname(package_path))
        self._labels = dict(self._contents())
        self._read()

    def text_of(self, name: str) -> str:
        """A text of the book's metadata."""
        return (self._package.findtext(f".//{name}", "", _NAMES) or "").strip()

    def warnings(self) -> tuple[str, ...]:
        """What could not be read."""
        notes = []
        if self._missing:
            notes.append(f"{self._missing} chapters named in the table of contents are missing.")
        for media_type, count in self._unread.items():
            notes.append(f"{count} {'page' if count == 1 else 'pages'} could not be read: {media_type or 'unknown'}.")
        notes += [
            warning if pages == 1 else f"On {pages} pages: {warning}" for warning, pages in self._left_out.items()
        ]
        return tuple(notes)

    def _manifest(self, folder: str) -> dict[str, _Item]:
        items = {}
        for item in self._package.iterfind(".//o:manifest/o:item", _NAMES):
            path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
            items[item.get("id", "")] = _Item(
                path if item.get("href") else "",
                item.get("media-type", ""),
                item.get("fallback", ""),
                "nav" in item.get("properties", "").split(),
            )
        return items

    def _read(self) -> None:
        seen: set[str] = set()
        for reference in self._package.iterfind(".//o:spine/o:itemref", _NAMES):
            chain = self._chain(reference.get("idref", ""))
            present = [item for item in chain if item.path in self._container]
            if not present:
                self._missing += 1
                continue
            seen |= {item.path for item in chain}
            self._add(present)
        others = [item for item in self._items.values() if item.path not in seen and item.path in self._container]
        for item in others:
            if item.is_contents:
                continue
            if item.media_type in _PAGES:
                self._add([item])
            elif not _NO_TEXT.search(item.media_type) and not item.media_type.endswith("xml"):
                self._unread[item.media_type] += 1
        self._add_labels()

    def _chain(self, identifier: str) -> list[_Item]:
        """The item and the ones to be shown instead of it."""
        chain: list[_Item] = []
        while identifier in self._items and len(chain) < _LONGEST_CHAIN:
            chain.append(self._items[identifier])
            identifier = chain[-1].fallback
        return chain

    def _add(self, items: list[_Item]) -> None:
        """Add a page, in the form that says more."""
        forms = [form for item in items if (form := self._page(item)) is not None]
        if not forms:
            self._unread[items[0].media_type] += 1
            return
        text, warnings = richest(forms)
        self._left_out.update(warnings)
        label = self._labels.pop(items[0].path, None)
        if label and text.strip() and not _HEADING.search(text):  # its heading is a picture, or there is none
            text = f"{heading_mark(1)}# {label}\n\n{text}"
        self.builder.add(text)
        if self.builder.length > self._limits.characters:  # the same small file may be listed a thousand times
            raise too_much_text(self._limits)

    def _page(self, item: _Item) -> Form | None:
        """The text of an item; None when its format has none."""
        if item.media_type == _DRAWING:
            elements = self._container.xml(item.path).iter()
            drawn = ("".join(element.itertext()) for element in elements if _DRAWN_TEXT.search(str(element.tag)))
            return Form(item.media_type, unmarked("\n\n".join(drawn)))
        if item.media_type in _PAGES or item.path.lower().endswith((".xhtml", ".html", ".htm")):
            page = html_content(decode(self._container.read(item.path))[0])
            return Form(item.media_type, page.text, page.warnings)
        return None

    # ------------------------------------------------------------------------------------------ table of contents

    def _contents(self) -> Iterator[tuple[str, str]]:
        """(path of a page, its name in the table of contents), the first name of each page last."""
        labels = [label for item in self._items.values() for label in self._labels_of(item)]
        yield from reversed(labels[:_MOST_LABELS])

    def _labels_of(self, item: _Item) -> Iterator[tuple[str, str]]:
        if item.path not in self._container:
            return
        folder = posixpath.dirname(item.path)
        if item.is_contents:
            for navigation in self._container.xml(item.path).iterfind(".//h:nav", _NAMES):
                if navigation.get(_TYPE, "toc") == "toc":
                    for link in navigation.iterfind(".//h:a", _NAMES):
                        yield _target(folder, link.get("href", "")), _flat(link)
        elif item.media_type == "application/x-dtbncx+xml":
            for point in self._container.xml(item.path).iterfind(".//n:navPoint", _NAMES):
                name, target = point.find("n:navLabel/n:text", _NAMES), point.find("n:content", _NAMES)
                if name is not None and target is not None:
                    yield _target(folder, target.get("src", "")), _flat(name)

    def _add_labels(self) -> None:
        """Add the names that stand in the table of contents only."""
        labels = [label for label in dict.fromkeys(self._labels.values()) if label]
        text = self.builder.text() if labels else ""
        only = [label for label in labels if not repeats(label, text)]
        if only:
            self.builder.add("Contents:\n" + "\n".join(f"- {label}" for label in only))


def _target(folder: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(urldefrag(address).url)))


def _flat(element: ElementTree.Element) -> str:
    return unmarked(" ".join("".join(element.itertext()).split()))
