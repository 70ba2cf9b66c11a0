"""OpenDocument texts: the body with everything in it, headers and footers first."""

from collections.abc import Iterator

from ingest.load.extracted import Builder
from ingest.load.html_text import html_text
from ingest.load.margins import letters, new_lines
from ingest.load.odf.blocks import Blocks
from ingest.load.odf.document import Open, margins_of
from ingest.load.odf.names import STYLE
from ingest.load.odf.package import Element
from ingest.load.ooxml.html import lines

_MARGINS = {"header": "Header", "footer": "Footer"}
_VARIANTS = ("", "-left", "-first")
_LONGEST_PAGE = 8  # characters of a page number in a table of contents


def add_text(builder: Builder, document: Open, body: Element) -> None:
    """Add a text. body: office:text."""
    html = Blocks(document, is_body=True).html(iter(body))
    pieces = [lines(line) for line in page_margins(document)]
    pieces.append(html)
    pieces += (lines(f"Form field: {text}") for text in document.controls.values() if text)
    pieces.append(lines("\n".join(_contents_of_nothing(document))))
    builder.add(html_text("".join(pieces))[0])


def page_margins(document: Open) -> list[str]:
    """ "Header: ..." and "Footer: ..." lines of all pages' styles."""
    root = document.file.styles()
    if root is None:
        return []
    margins, seen = margins_of(document.file, document), set[str]()
    result = []
    for kind, name in _MARGINS.items():
        for variant in _VARIANTS:
            for element in root.iter(f"{STYLE}{kind}{variant}"):
                if element.get(STYLE + "display") == "false":
                    continue
                html = Blocks(margins, is_body=False, marks_pages=True).html(iter(element))
                text = "\n".join(new_lines(html, seen))
                if text:
                    result.append(f"{name}: {text}")
    return result


def _contents_of_nothing(document: Open) -> Iterator[str]:
    """The lines of tables of contents that no paragraph repeats; the others are only signposts."""
    for line in document.contents:
        words = line.split()
        if len(words) > 1 and len(words[-1]) <= _LONGEST_PAGE and words[-1].strip(".").isalnum():
            words.pop()  # the page
        if letters(" ".join(words)) and not {letters(line), letters(" ".join(words))} & document.lines:
            yield " ".join(words)
