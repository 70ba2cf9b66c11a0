"""A Source goes in, a Document comes out: text with headings, parts, title and language, whatever the format.

Raises DocumentError, saying what is wrong and what to do, for a file that cannot be read; never anything else.
"""

import re

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.damage import damage_told
from ingest.load.decode import decode
from ingest.load.extracted import Draft, clean
from ingest.load.language import language_of
from ingest.load.limits import Limits, too_much_text
from ingest.load.mail import load_mail
from ingest.load.markup import load_epub, load_html, load_json, load_markdown, load_plain, load_rtf
from ingest.load.office import load_docx, load_pptx, load_xlsx
from ingest.load.open_document import load_open_document
from ingest.load.outlook import load_outlook
from ingest.load.pdf import load_pdf
from ingest.load.pictures import load_picture
from ingest.load.tables import load_csv

_DEFAULTS = Limits()
_LONGEST_TITLE = 300
_MOST_SPANS = (
    50_000  # headings, tables: more are made to exhaust memory, and what follows stands under the last of them
)
_OF_CHAPTERS = frozenset((kinds.PDF, kinds.EPUB))  # their outermost headings are chapters
_ARCHIVES = frozenset((kinds.ZIP, kinds.TAR, kinds.GZIP, kinds.BZIP2, kinds.XZ, kinds.MAILBOX))


def load(source: Source, limits: Limits = _DEFAULTS) -> Document:
    """The document in a source, its format found by content; an archive is not opened here (see unpack)."""
    with damage_told():
        draft = _draft(source.content, source.name, limits)
    return finished(draft, source.name, limits)


def detect(source: Source) -> str:
    """Media type of a source by its content. Raises DocumentError when it is not one that can be read."""
    kind = kinds.container_kind(source.content, source.name)
    return kind or kinds.text_kind(decode(source.content)[0].replace("\x00", ""), source.name)


def _draft(content: bytes, name: str, limits: Limits) -> Draft:
    kind = kinds.container_kind(content, name)
    if kind is not None:
        return _from_container(content, kind, limits)
    text, warnings = decode(content)
    kind = kinds.text_kind(text.replace("\x00", ""), name)
    if kind == kinds.MAIL:
        return load_mail(content)
    if kind in _ARCHIVES:
        raise _closed()
    if kind == kinds.HTML:
        return load_html(content)
    if len(text) > limits.characters:  # their text is no shorter than the file
        raise DocumentError(too_much_text(limits))
    loaders = {kinds.MARKDOWN: load_markdown, kinds.JSON: load_json, kinds.CSV: load_csv}
    return loaders.get(kind, load_plain)(text, warnings)


def _from_container(content: bytes, kind: str, limits: Limits) -> Draft:
    if kind in _ARCHIVES:
        raise _closed()
    if kind.startswith(kinds.OPEN_DOCUMENT):
        return load_open_document(content, kind, limits)
    if kind.startswith("image/"):
        return load_picture(content, kind, limits)
    if kind == kinds.RTF:
        return load_rtf(content)
    if kind == kinds.OUTLOOK:
        return load_outlook(content)
    loaders = {
        kinds.PDF: load_pdf,
        kinds.DOCX: load_docx,
        kinds.PPTX: load_pptx,
        kinds.XLSX: load_xlsx,
        kinds.EPUB: load_epub,
    }
    return loaders[kind](content, limits)


def _closed() -> DocumentError:
    return DocumentError("It is an archive that is not opened here: unpack it and ingest what is inside.")


def finished(draft: Draft, name: str, limits: Limits = _DEFAULTS) -> Document:
    """A draft with its title and language settled. Raises DocumentError when it holds more text than is read."""
    if len(draft.text) > limits.characters:
        raise DocumentError(too_much_text(limits))
    title = re.sub(r"\s+", " ", clean(_title(draft))).strip()[:_LONGEST_TITLE]
    return Document(
        title=title or " ".join(clean(name).split()) or "unnamed",
        text=draft.text,
        media_type=draft.media_type,
        language=language_of(draft.text, declared=draft.language),
        headings=draft.headings[:_MOST_SPANS],
        parts=draft.parts,
        tables=draft.tables[:_MOST_SPANS],
        warnings=draft.warnings,
        ocr_missing=draft.ocr_missing,
    )


def _title(draft: Draft) -> str:
    """The first outermost heading, else what the file says of itself; the other way round for books of chapters."""
    first = [heading.text for heading in draft.headings if heading.level == 1]
    if draft.media_type in _OF_CHAPTERS:
        return draft.title or (first[0] if len(first) == 1 else "")
    return first[0] if first else draft.title
