"""A Source goes in, a Document comes out: text with headings, parts, title and language, whatever the format.

Raises DocumentError, saying what is wrong and what to do, for a file that cannot be read; never anything else.
"""

import re
import struct
import zipfile
import zlib
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.decode import decode
from ingest.load.draft import Draft, clean
from ingest.load.language import language_of
from ingest.load.mail import load_mail, load_mailbox
from ingest.load.markup import load_epub, load_html, load_json, load_markdown, load_plain, load_rtf
from ingest.load.office import load_docx, load_pptx, load_xlsx
from ingest.load.open_document import load_open_document
from ingest.load.pdf import load_pdf
from ingest.load.tables import load_csv

MAX_CHARACTERS = 10_000_000  # of text out of one file: about 3,000 printed pages
_LONGEST_TITLE = 300
_OF_CHAPTERS = frozenset((kinds.PDF, kinds.EPUB, kinds.MAILBOX))  # their outermost headings are chapters or mails

# What parsers of other people's formats raise on damaged input, beside their own classes that derive from these.
_DAMAGE = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, OSError, EOFError, SyntaxError,
    NotImplementedError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile, ParseError, ExpatError,
)  # fmt: skip


def load(source: Source) -> Document:
    """The document in a source, its format found by content."""
    try:
        draft = _draft(source.content, source.name)
    except RecursionError as error:
        raise DocumentError("It is nested too deeply to be read: simplify it or save it in another format.") from error
    except MemoryError as error:
        raise DocumentError("It needs more memory to read than there is: split it into smaller files.") from error
    except _DAMAGE as error:
        detail = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        raise DocumentError(f"It is damaged and cannot be read ({detail}): get a fresh copy.") from error
    return _document(draft, source.name)


def detect(source: Source) -> str:
    """Media type of a source by its content. Raises DocumentError when it is not one that can be read."""
    kind = kinds.container_kind(source.content, source.name)
    return kind or kinds.text_kind(decode(source.content)[0].replace("\x00", ""), source.name)


def _draft(content: bytes, name: str) -> Draft:
    kind = kinds.container_kind(content, name)
    if kind is not None:
        return _from_container(content, kind)
    text, warnings = decode(content)
    kind = kinds.text_kind(text.replace("\x00", ""), name)
    if kind == kinds.MAIL:
        return load_mail(content)
    if kind == kinds.MAILBOX:
        return load_mailbox(content)
    if kind == kinds.HTML:
        return load_html(content)
    loaders = {kinds.MARKDOWN: load_markdown, kinds.JSON: load_json, kinds.CSV: load_csv}
    return loaders.get(kind, load_plain)(text, warnings)


def _from_container(content: bytes, kind: str) -> Draft:
    if kind.startswith(kinds.OPEN_DOCUMENT):
        return load_open_document(content, kind)
    loaders = {
        kinds.PDF: load_pdf,
        kinds.DOCX: load_docx,
        kinds.PPTX: load_pptx,
        kinds.XLSX: load_xlsx,
        kinds.EPUB: load_epub,
        kinds.RTF: load_rtf,
    }
    return loaders[kind](content)


def _document(draft: Draft, name: str) -> Document:
    if len(draft.text) > MAX_CHARACTERS:
        raise DocumentError(
            f"It holds {len(draft.text):,} characters of text, more than the {MAX_CHARACTERS:,} read of one file: "
            "split it into smaller files."
        )
    title = re.sub(r"\s+", " ", clean(_title(draft))).strip()[:_LONGEST_TITLE]
    return Document(
        title=title or clean(name),
        text=draft.text,
        media_type=draft.media_type,
        language=language_of(draft.text, declared=draft.language),
        headings=draft.headings,
        parts=draft.parts,
        warnings=draft.warnings,
    )


def _title(draft: Draft) -> str:
    """The first outermost heading, else what the file says of itself; the other way round for books of chapters."""
    first = [heading.text for heading in draft.headings if heading.level == 1]
    if draft.media_type in _OF_CHAPTERS:
        return draft.title or (first[0] if len(first) == 1 else "")
    return first[0] if first else draft.title
