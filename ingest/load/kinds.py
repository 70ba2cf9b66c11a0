"""Detection of a file's media type by its content; its name decides only between kinds of plain text.

Signatures rather than a trained model: the supported formats have them, and a model that was tried took encrypted
Office files for thumbnails and mailboxes for single mails.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping

from app.core.errors import DocumentError
from ingest.load.compound import MAGIC, Compound
from ingest.load.damage import DAMAGE
from ingest.load.encryption import (
    ENCRYPTED_STARTS,
    encrypted,
    is_encrypted_archive,
    refuse_encrypted_compound,
    refuse_encrypted_zip,
)

TEXT, MARKDOWN, HTML, CSV, JSON = "text/plain", "text/markdown", "text/html", "text/csv", "application/json"
PDF, RTF, EPUB = "application/pdf", "application/rtf", "application/epub+zip"
MAIL, MAILBOX, OUTLOOK = "message/rfc822", "application/mbox", "application/vnd.ms-outlook"
TNEF, CALENDAR, CARD = "application/vnd.ms-tnef", "text/calendar", "text/vcard"
DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
ZIP, TAR = "application/zip", "application/x-tar"
GZIP, BZIP2, XZ = "application/gzip", "application/x-bzip2", "application/x-xz"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = _OFFICE + "wordprocessingml.document"
PPTX = _OFFICE + "presentationml.presentation"
XLSX = _OFFICE + "spreadsheetml.sheet"
NEW_OFFICE = {DOC: DOCX, XLS: XLSX, PPT: PPTX}  # format before 2007 -> the present one
OLD_OFFICE = frozenset(NEW_OFFICE)
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
ARCHIVES = frozenset((ZIP, TAR, GZIP, BZIP2, XZ, MAILBOX))

_CONTAINER_SUFFIXES = frozenset(
    "pdf docx docm dotx pptx pptm potx xlsx xlsm odt ods odp epub doc dot xls xlt ppt pps msg "
    "zip gz tgz bz2 xz 7z rar png jpg jpeg tif tiff gif webp".split()
)
_OLD_SUFFIXES = frozenset("doc dot xls xlt ppt pps".split())  # programs also give these names to HTML and to text
_MARKDOWN_SUFFIXES = frozenset(("md", "markdown", "mdown", "mkd"))
_CSV_SUFFIXES = frozenset(("csv", "tsv", "tab", "xls"))
_PROGRAM = re.compile(rb"""<\?mso-application\s+progid=["'](Word\.Document|Excel\.Sheet)["']""")  # Office XML of 2003
_PROGRAMS = {b"Word.Document": DOC, b"Excel.Sheet": XLS}

_UNSUPPORTED = (  # (first bytes, format, fix)
    (b"(\xb5/\xfd", "a zstandard archive", "Unpack it and ingest what is inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and ingest what is inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and ingest what is inside."),
    (b"\x7fELF", "a program", "Leave it out."),
    (b"MZ\x90\x00", "a program", "Leave it out."),
    (b"SQLite format 3\x00", "a database", "Export its tables as CSV."),
    (b"OggS", "a recording", "Ingest a transcript instead."),
    (b"ID3", "a recording", "Ingest a transcript instead."),
    (b"fLaC", "a recording", "Ingest a transcript instead."),
    (b"PAR1", "a Parquet file", "Export it as CSV."),
)
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_OLE_STREAMS = {  # a stream at the root of a compound file -> media type
    "__properties_version1.0": OUTLOOK,
    "WordDocument": DOC,
    "Workbook": XLS,
    "Book": XLS,
    "PowerPoint Document": PPT,
}
_ENCRYPTED_PACKAGE = "EncryptedPackage"  # the stream of an encrypted Office file
_UNSUPPORTED_ZIPS = (  # (an entry's name, format, fix)
    ("[Content_Types].xml", "an Office file of another kind", "Save it as PDF."),
    ("Index/Document.iwa", "an Apple iWork file", "Save it as PDF."),
    ("AndroidManifest.xml", "a program", "Leave it out."),
    ("META-INF/MANIFEST.MF", "a program", "Leave it out."),
)
TNEF_START = b"\x78\x9f\x3e\x22"
_COMPRESSED = ((b"\x1f\x8b", GZIP), (b"BZh", BZIP2), (b"\xfd7zXZ\x00", XZ))
_HEAD = 1_000  # bytes that tell what a file is
_PDF_OBJECT = re.compile(rb"[0-9] [0-9]+ obj")
_HEADER = re.compile(r"^([A-Za-z][A-Za-z-]*):[ \t]?.*$")
_MAIL_HEADERS = frozenset(
    "from to subject date received mime-version message-id return-path delivered-to content-type".split()
)
_HTML_START = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|div|table|h[1-6]|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_CARDS_START = re.compile(r"\A\ufeff?\s*BEGIN:V(CALENDAR|CARD)\s*\n", re.IGNORECASE)
_ATX = re.compile(r"^#{1,6} \S", re.MULTILINE)


def container_kind(content: bytes, name: str) -> str | None:
    """Media type of a binary format, None for content that should be text.

    Raises DocumentError for a format that is recognised and not supported.
    """
    if content.startswith(b"%PDF-") or (b"%PDF-" in content[:1024] and _PDF_OBJECT.search(content)):
        return PDF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(content)
    if content.startswith(MAGIC):
        return _ole_kind(content)
    if content.startswith(b"{\\rtf"):
        return RTF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    for start, kind in (*_COMPRESSED, *_PICTURES):
        if content.startswith(start):
            return kind
    if content[257:262] == b"ustar":
        return TAR
    if content.startswith(TNEF_START):
        return TNEF
    suffix = _suffix(name)
    _refuse_unsupported(content, suffix)
    if program := _PROGRAM.search(content[:_HEAD]):
        return _PROGRAMS[program.group(1)]
    if content and suffix in _CONTAINER_SUFFIXES and not (suffix in _OLD_SUFFIXES and _is_text(content)):
        raise DocumentError(
            f"It is named .{suffix} but does not hold that format, so it is damaged.", fix="Get a fresh copy."
        )
    return None


def _refuse_unsupported(content: bytes, suffix: str) -> None:
    for start, problem in ENCRYPTED_STARTS:
        if content[:_HEAD].lstrip().startswith(start):
            raise DocumentError(problem, fix="Save a copy without encryption.")
    if suffix in ("gpg", "pgp") and content[:1] >= b"\x80":
        raise DocumentError("It is encrypted by PGP.", fix="Save a copy without encryption.")
    if is_encrypted_archive(content):
        raise DocumentError("It is an encrypted archive.", fix="Unpack it and ingest what is inside.")
    for start, description, fix in _UNSUPPORTED:
        if content.startswith(start):
            raise DocumentError(f"It is {description}, which is not supported.", fix=fix)
    if content[4:8] == b"ftyp" or content.startswith(b"RIFF"):
        raise DocumentError("It is an image or recording, which is not supported.", fix="Ingest its text instead.")


def text_kind(text: str, name: str) -> str:
    """Media type of decoded text; the name decides only between plain text, Markdown and CSV."""
    suffix = _suffix(name)
    head = text[:8192]
    if mail := mail_kind(head, name):
        return mail
    if cards := cards_kind(head):
        return cards
    if suffix not in _MARKDOWN_SUFFIXES and (_HTML_START.match(head) or _has_html_skeleton(head)):
        return HTML
    if suffix == "json" or (text.lstrip()[:1] in ("{", "[") and suffix not in _MARKDOWN_SUFFIXES and _is_json(text)):
        return JSON
    if suffix in _CSV_SUFFIXES:
        return CSV
    if suffix in _MARKDOWN_SUFFIXES or (not suffix and _ATX.search(head)):
        return MARKDOWN
    return TEXT


def mail_kind(head: str, name: str) -> str | None:
    """MAILBOX or MAIL for a text that begins like one, else None."""
    if head.startswith("From ") and _is_mail(head.split("\n", 1)[-1]):
        return MAILBOX
    return MAIL if _suffix(name) not in _MARKDOWN_SUFFIXES and _is_mail(head) else None


def cards_kind(head: str) -> str | None:
    """CALENDAR or CARD for a text that begins like one, else None."""
    match = _CARDS_START.match(head)
    return (CALENDAR if match.group(1).upper() == "CALENDAR" else CARD) if match else None


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name.strip(".") else ""


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = frozenset(archive.namelist()[:10_000])
            declared = _beginning(archive, "mimetype") if "mimetype" in names else b""
            if declared.strip().startswith((EPUB.encode(), OPEN_DOCUMENT.encode())):
                refuse_encrypted_zip(archive)
    except DAMAGE as error:
        raise DocumentError("It is a damaged zip container.", fix="Get a fresh copy.") from error
    if declared.strip() == EPUB.encode():
        return EPUB
    if declared.strip().startswith(OPEN_DOCUMENT.encode()):
        return declared.strip().decode("ascii", "replace")
    folders: Mapping[str, str] = {"word/": DOCX, "ppt/": PPTX, "xl/": XLSX}
    if any(name.startswith(("[Content_Types]", "_rels/")) for name in names):
        for folder, kind in folders.items():
            if any(name.startswith(folder) for name in names):
                return kind
    for name, description, fix in _UNSUPPORTED_ZIPS:
        if name in names:
            raise DocumentError(f"It is {description}, which is not supported.", fix=fix)
    return ZIP


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        return stream.read(100)


def _ole_kind(content: bytes) -> str:
    try:
        compound = Compound(content)
        streams = compound.names()
        refuse_encrypted_compound(compound)
    except DAMAGE:
        streams = [stream for stream in (*_OLE_STREAMS, _ENCRYPTED_PACKAGE) if stream.encode("utf-16-le") in content]
        if _ENCRYPTED_PACKAGE in streams:
            raise encrypted() from None
    for stream, kind in _OLE_STREAMS.items():
        if stream in streams:
            return kind
    raise DocumentError("It is an old Office file, which is not supported.", fix="Save it in a current format.")


def _is_text(content: bytes) -> bool:
    return content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in content[:_HEAD]


def _is_mail(head: str) -> bool:
    seen = set()
    for line in head.split("\n")[:60]:
        if not line.strip():
            break
        if match := _HEADER.match(line.rstrip("\r")):
            seen.add(match.group(1).lower())
        elif not line[0].isspace():
            return False
    return len(seen & _MAIL_HEADERS) >= 2 and bool(seen & {"from", "received", "mime-version", "message-id"})


def _has_html_skeleton(head: str) -> bool:
    lowered = head.lower()
    return head.lstrip()[:1] == "<" and ("<html" in lowered or "<body" in lowered)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
