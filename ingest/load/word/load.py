"""Loader of Word documents."""

from collections.abc import Iterator

from lxml import etree

from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.damage import damage_as_document_error
from ingest.load.extracted import Builder, Extracted
from ingest.load.html_text import html_content
from ingest.load.limits import Limits
from ingest.load.margins import letters
from ingest.load.ooxml.html import lines
from ingest.load.ooxml.left_out import warnings
from ingest.load.ooxml.names import W
from ingest.load.ooxml.package import Package
from ingest.load.word.blocks import Blocks
from ingest.load.word.chunks import chunk_html
from ingest.load.word.document import Word
from ingest.load.word.margins import margin_lines
from ingest.load.word.notes import Notes
from ingest.load.word.numbering import Numbering
from ingest.load.word.styles import Styles

_BLOCKS = (W + "p", W + "tbl", W + "sdt")
_DEEPEST = 3  # documents within one another
_LONGEST_PAGE = 8  # characters of a page number in a table of contents


def load_docx(file: bytes, limits: Limits) -> Extracted:
    """A Word document with everything in it: headers, footers, body, notes, comments, boxes of text, charts."""
    package = Package(file, limits)
    word = opened(package, limits, depth=1)
    builder = Builder()
    content = html_content(document_html(word))
    builder.add(content.text)
    return Extracted(
        text=builder.text(),
        media_type=kinds.DOCX,
        title=package.title(),
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        warnings=(*content.warnings, *warnings(word.left_out, package.damaged, characters=builder.length)),
    )


def opened(package: Package, limits: Limits, *, depth: int) -> Word:
    main = package.main("word/document.xml")
    styles = Styles(_root(package, main, "styles"))

    def inner(part: str, relation: str) -> str:
        return _inner_html(word, part, relation, limits, depth)

    word = Word(
        package=package,
        main=main,
        styles=styles,
        numbering=Numbering(_root(package, main, "numbering"), styles),
        notes=Notes(package, main, lambda note, part: Blocks(word, part, is_body=False).html(iter(note))),
        chunk=inner,
    )
    return word


def document_html(word: Word) -> str:
    """Headers and footers, the body, and what nothing in the body refers to."""
    pieces = [lines(line) for line in margin_lines(word)]
    body = Blocks(word, word.main, is_body=True)
    pieces.append(body.html(word.package.children(word.main, of=W + "body", ends=_BLOCKS)))
    word.count("unstored number", body.fields.unnumbered)
    word.count("building block", _building_blocks(word))
    pieces += word.notes.rest()
    pieces.append(lines("\n".join(_contents_of_nothing(word))))
    return "".join(pieces)


def _contents_of_nothing(word: Word) -> Iterator[str]:
    """The lines of tables of contents that no paragraph repeats; the others are only signposts."""
    for line in word.contents:
        parts = [part.strip() for part in line.split("\t") if part.strip()]
        if len(parts) > 1 and len(parts[-1]) <= _LONGEST_PAGE:
            parts.pop()  # the page
        if parts and not {letters("".join(parts)), letters(parts[-1])} & word.lines and letters(parts[-1]):
            yield " ".join(parts)


def _building_blocks(word: Word) -> int:
    """How many ready-made texts it carries besides the prompts of empty form fields."""
    count = 0
    for part in word.package.related(word.main, "glossaryDocument"):
        for block in word.package.beside(part).iter(W + "docPart"):
            gallery = block.find(f"{W}docPartPr/{W}category/{W}gallery")
            prompt = gallery is not None and gallery.get(W + "val") == "placeholder"
            count += not prompt and any((text.text or "").strip() for text in block.iter(W + "t"))
    return count


def _inner_html(word: Word, part: str, relation: str, limits: Limits, depth: int) -> str:
    """The HTML of a document within the document, whose left-out things count as its own."""
    target = word.package.relations(part).get(relation)
    if target is None or target.external or depth >= _DEEPEST:
        word.count("inner document")
        return ""
    if target.target in word.shown:
        return ""
    word.shown.add(target.target)

    def word_html(content: bytes) -> str:
        inner = opened(Package(content, limits), limits, depth=depth + 1)
        html = document_html(inner)
        word.left_out.update(inner.left_out)
        return html

    try:
        with damage_as_document_error():
            return chunk_html(word.package, target.target, word_html)
    except DocumentError:
        word.count("inner document")
        return ""


def _root(package: Package, main: str, kind: str) -> "etree._Element | None":
    parts = package.related(main, kind)
    return package.beside(parts[0]) if parts else None
