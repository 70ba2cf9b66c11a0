"""A document goes in, the files embedded in it come out, whatever the format; what cannot be taken out is counted."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from ingest.load import kinds
from ingest.load.attached import Attachment
from ingest.load.compound import embedded_file, rich_text_object
from ingest.load.damage import DAMAGE
from ingest.load.limits import MIB, Limits
from ingest.load.old_office import converted
from ingest.load.pdf_attachments import pdf_attachments

_OFFICE = frozenset((kinds.DOCX, kinds.PPTX, kinds.XLSX))
_IN_FOLDER = re.compile(r"(?:^|/)embeddings/[^/]+$")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)["']""")
_OF_A_FILE = re.compile(rb"""\bType\s*=\s*["'][^"']*/(?:package|oleObject)["']""")
_OUTSIDE = re.compile(rb"""\bTargetMode\s*=\s*["']External["']""")
_LARGEST_RELATIONS = 4 * 2**20  # bytes
_VALUES = re.compile(rb"<(?:c:)?v>")  # a chart keeps the values it shows
_ENTRY = re.compile(r"<(?:\w+:)?file-entry\b[^>]*>")
_PATH = re.compile(r"""\bfull-path\s*=\s*["']([^"']*)["']""")
_MEDIA_TYPE = re.compile(r"""\bmedia-type\s*=\s*["']([^"']*)["']""")
# Objects that are documents. Charts and formulas are read where they stand.
_DOCUMENTS = {
    kinds.OPEN_DOCUMENT + "text": "odt",
    kinds.OPEN_DOCUMENT + "spreadsheet": "ods",
    kinds.OPEN_DOCUMENT + "presentation": "odp",
    kinds.OPEN_DOCUMENT + "graphics": "odg",
}
_OBJECT_DATA = re.compile(rb"\\objdata\b([0-9a-fA-F\s]+)")
_NOT_HEX = re.compile(rb"\s")
_OLE_OBJECT = "application/vnd.sun.star.oleobject"


def holds_files(kind: str) -> bool:
    """Whether documents of this media type may have files embedded in them."""
    return kind in _OFFICE | kinds.OLD_OFFICE | {kinds.PDF, kinds.RTF} or kind.startswith(kinds.OPEN_DOCUMENT)


def embedded_files(content: bytes, kind: str, limits: Limits, notes: list[str]) -> Iterator[Attachment]:
    """The files embedded in a document, in its own order; adds a sentence to notes for what is left out.

    Raises what parsers raise for damaged containers.
    """
    if kind == kinds.PDF:
        yield from (Attachment(name=name, content=data) for name, data in pdf_attachments(content))
    elif kind == kinds.RTF:
        yield from counted(_of_rich_text(content), notes)
    elif kind in kinds.OLD_OFFICE:
        yield from embedded_files(converted(content, kind, limits), kinds.NEW_OFFICE[kind], limits, notes)
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            too_large = sum(entry.file_size for entry in entries) > limits.unpacked_mib * MIB
            if too_large or any(entry.flag_bits & 1 for entry in entries):
                return  # loading the document reports that
            find = _of_office if kind in _OFFICE else _of_open_document
            yield from counted(find(archive, notes), notes)


def counted(objects: Iterator[Attachment | None], notes: list[str]) -> Iterator[Attachment]:
    """The files; adds a sentence to notes with the number of objects that keep none."""
    unread = 0
    for item in objects:
        if item is None:
            unread += 1
        else:
            yield item
    if unread:
        noun = "object" if unread == 1 else "objects"
        notes.append(f"{unread} embedded {noun} of other programs could not be read.")


def _of_rich_text(content: bytes) -> Iterator[Attachment | None]:
    for number, match in enumerate(_OBJECT_DATA.finditer(content), start=1):
        digits = _NOT_HEX.sub(b"", match.group(1)).decode("ascii")
        yield rich_text_object(number, bytes.fromhex(digits[: len(digits) // 2 * 2]))


# ------------------------------------------------------------------------------------------------------------- Office


def _of_office(archive: zipfile.ZipFile, notes: list[str]) -> Iterator[Attachment | None]:
    paths, behind_charts = _embedded_paths(archive)
    if behind_charts:
        noun = "workbook behind a chart was" if len(behind_charts) == 1 else "workbooks behind charts were"
        notes.append(f"{len(behind_charts)} {noun} left out; the charts' own values are read.")
    for path in paths:
        if path not in behind_charts:
            yield _object(archive, path, posixpath.basename(path))


def _embedded_paths(archive: zipfile.ZipFile) -> tuple[list[str], set[str]]:
    """(paths of embedded files, those of them that only repeat the values of a chart), sorted."""
    names = set(archive.namelist())
    embedded = {name for name in names if _IN_FOLDER.search(name)}
    of_charts: set[str] = set()
    others: set[str] = set()
    for name in sorted(names):
        if not name.endswith(".rels") or archive.getinfo(name).file_size > _LARGEST_RELATIONS:
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        part = posixpath.join(folder, posixpath.basename(name).removesuffix(".rels"))
        targets = {target for target in _targets(archive.read(name), folder) if target in names}
        if "/charts/" in name and part in names and _VALUES.search(archive.read(part)):
            of_charts |= targets
        else:
            others |= targets
    return sorted(embedded | of_charts | others), of_charts - others


def _targets(relations: bytes, folder: str) -> Iterator[str]:
    for relation in _RELATION.findall(relations):
        target = _TARGET.search(relation)
        if target and _OF_A_FILE.search(relation) and not _OUTSIDE.search(relation):
            path = unquote(target.group(1).decode("utf-8", "replace"))
            yield posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))


def _object(archive: zipfile.ZipFile, path: str, name: str) -> Attachment | None:
    """The file in an embedded object; None when it is damaged or keeps no file."""
    info = archive.getinfo(path)
    try:
        inner = embedded_file(name, archive.read(path))
    except DAMAGE:
        return None
    if inner is None:
        return None
    return Attachment(name=inner.name, content=inner.content, packed=info.compress_size)


# ------------------------------------------------------------------------------------------------------- OpenDocument


def _of_open_document(archive: zipfile.ZipFile, _notes: list[str]) -> Iterator[Attachment | None]:
    names = archive.namelist()
    for path, media_type in _listed(archive):
        if path.endswith("/") and media_type in _DOCUMENTS and path.count("/") == 1:
            inner = [name for name in names if name.startswith(path) and not name.endswith("/")]
            if inner:
                yield _repacked(archive, path, inner, media_type)
        elif media_type == _OLE_OBJECT and path in names and "/" not in path:
            yield _object(archive, path, path)


def _listed(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(path, media type) of the manifest's entries."""
    try:
        info = archive.getinfo("META-INF/manifest.xml")
    except KeyError:
        return
    if info.file_size > _LARGEST_RELATIONS:
        return
    for entry in _ENTRY.findall(archive.read(info).decode("utf-8", "replace")):
        path, media_type = _PATH.search(entry), _MEDIA_TYPE.search(entry)
        if path and media_type:
            yield path.group(1).removeprefix("./"), media_type.group(1)


def _repacked(archive: zipfile.ZipFile, folder: str, names: list[str], media_type: str) -> Attachment:
    """The document in a folder of its container, as a file of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("mimetype", media_type)
        for name in names:
            inner.writestr(name.removeprefix(folder), archive.read(name))
    return Attachment(name=f"{folder.rstrip('/')}.{_DOCUMENTS[media_type]}", content=buffer.getvalue())
