"""A Source goes in, a Document comes out: text with headings, parts, title and language, whatever the format.

Raises DocumentError, with the fix, for a file that cannot be read; never anything else.
"""

from dataclasses import replace

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from app.core.language import language_of
from ingest.load import kinds
from ingest.load.damage import damage_as_document_error
from ingest.load.decode import decode
from ingest.load.delimited import load_csv
from ingest.load.epub import load_epub
from ingest.load.extracted import Extracted
from ingest.load.limits import Limits, too_much_text
from ingest.load.mail import load_mail
from ingest.load.markup import load_cards, load_html, load_json, load_markdown, load_plain, load_rtf
from ingest.load.old_office import converted, require_libreoffice
from ingest.load.open_document import load_open_document
from ingest.load.outlook import load_outlook
from ingest.load.pdf import load_pdf
from ingest.load.pictures import load_picture
from ingest.load.slides.load import load_pptx
from ingest.load.title import title_of
from ingest.load.tnef import load_tnef
from ingest.load.web_page import is_web_page, load_web_page
from ingest.load.word.load import load_docx
from ingest.load.workbook.load import load_xlsx

_DEFAULTS = Limits()
# Headings, and tables, of one document. More are made to exhaust memory; later text stays below the last one kept.
_MOST_SPANS = 50_000


def load(source: Source, limits: Limits = _DEFAULTS) -> Document:
    """The document in a source, its format detected by content; archives are opened by ingest.load.unpack."""
    with damage_as_document_error():
        extracted = _extract(source, limits)
    return finished(extracted, source.name, limits)


def detect(source: Source) -> str:
    """Media type of a source by its content. Raises DocumentError for a format that is not supported."""
    kind = kinds.container_kind(source.content, source.name)
    if kind in kinds.OLD_OFFICE:
        require_libreoffice(kind)
    return kind or kinds.text_kind(decode(source.content)[0].replace("\x00", ""), source.name)


def _extract(source: Source, limits: Limits) -> Extracted:
    content, name = source.content, source.name
    kind = kinds.container_kind(content, name)
    if kind is not None:
        return _from_container(content, kind, limits)
    text, warnings = decode(content)
    kind = kinds.text_kind(text.replace("\x00", ""), name)
    if kind == kinds.MAIL:
        return load_mail(content)
    if kind in kinds.ARCHIVES:
        raise _archive_error()
    if kind == kinds.HTML:
        return load_web_page(content, source.uri) if is_web_page(source.uri) else load_html(content)
    if len(text) > limits.characters:  # the text of the remaining formats is no shorter than the file
        raise too_much_text(limits)
    if kind in (kinds.CALENDAR, kinds.CARD):
        return load_cards(text, kind, warnings)
    loaders = {kinds.MARKDOWN: load_markdown, kinds.JSON: load_json, kinds.CSV: load_csv}
    return loaders.get(kind, load_plain)(text, warnings)


def _from_container(content: bytes, kind: str, limits: Limits) -> Extracted:
    if kind in kinds.ARCHIVES:
        raise _archive_error()
    if kind.startswith(kinds.OPEN_DOCUMENT):
        return load_open_document(content, kind, limits)
    if kind.startswith("image/"):
        return load_picture(content, kind, limits)
    if kind in kinds.OLD_OFFICE:
        new = _from_container(converted(content, kind, limits), kinds.NEW_OFFICE[kind], limits)
        return replace(new, media_type=kind)
    if kind == kinds.RTF:
        return load_rtf(content)
    if kind == kinds.OUTLOOK:
        return load_outlook(content)
    if kind == kinds.TNEF:
        return load_tnef(content)
    loaders = {
        kinds.PDF: load_pdf,
        kinds.DOCX: load_docx,
        kinds.PPTX: load_pptx,
        kinds.XLSX: load_xlsx,
        kinds.EPUB: load_epub,
    }
    return loaders[kind](content, limits)


def _archive_error() -> DocumentError:
    return DocumentError("It is an archive that is not opened here.", fix="Unpack it and ingest what is inside.")


def finished(extracted: Extracted, name: str, limits: Limits = _DEFAULTS) -> Document:
    """The Document of extracted text: title and language decided. Raises DocumentError when the text is too long."""
    if len(extracted.text) > limits.characters:
        raise too_much_text(limits)
    return Document(
        title=title_of(extracted, name),
        text=extracted.text,
        media_type=extracted.media_type,
        language=language_of(extracted.text, declared=extracted.language),
        headings=extracted.headings[:_MOST_SPANS],
        parts=extracted.parts,
        tables=extracted.tables[:_MOST_SPANS],
        warnings=extracted.warnings,
        ocr_missing=extracted.ocr_missing,
        tags=extracted.tags,
    )
