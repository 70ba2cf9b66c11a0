"""Zip-based documents, checked for zip bombs before a library reads them."""

import io
import zipfile
from xml.etree import ElementTree

from app.core.errors import DocumentError
from ingest.load.limits import MIB, Limits

MAX_XML = 64 * MIB  # bytes of XML: a parsed tree takes ten times as much memory
MAX_ENTRIES = 10_000
_REPEATED = 200  # times smaller when packed: no one writes such a text
_XML = (".xml", ".rels", ".opf", ".vml")
_ENTITY_DECLARATION = b"<!ENTITY"


class Container:
    """The entries of a zip-based document. Raises DocumentError for zip bombs and entity declarations.

    max_repeated_xml: bytes of XML that consists of repetitions, as bombs do.
    """

    def __init__(
        self, content: bytes, limits: Limits, *, max_xml: int = MAX_XML, max_repeated_xml: int = MAX_XML
    ) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        entries = self._archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            raise DocumentError("It is encrypted and needs a password.", fix="Save a copy without one.")
        # The declared sizes can be trusted: zipfile never yields more than an entry declares.
        unpacked = sum(entry.file_size for entry in entries)
        texts = [entry for entry in entries if entry.filename.lower().endswith(_XML)]
        xml, packed = sum(entry.file_size for entry in texts), sum(entry.compress_size for entry in texts)
        max_xml = min(max_xml, max_repeated_xml) if xml > _REPEATED * packed else max_xml
        if len(entries) > MAX_ENTRIES or unpacked > limits.unpacked_mib * MIB or xml > max_xml:
            raise DocumentError(
                f"It unpacks to {unpacked / MIB:.0f} MiB in {len(entries)} entries, more than is safe to read.",
                fix="Split it into smaller files.",
            )
        self._names = {entry.filename for entry in entries}
        for name in self._names:
            if name.lower().endswith(_XML):
                _refuse_entities(self.read(name))

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def names(self) -> list[str]:
        """Names of all entries, sorted."""
        return sorted(self._names)

    def read(self, name: str) -> bytes:
        """Bytes of an entry."""
        return self._archive.read(name)

    def xml(self, name: str) -> ElementTree.Element:
        """Root element of an XML entry that declares no entities."""
        return ElementTree.fromstring(self.xml_bytes(name))  # noqa: S314  # it declares no entities

    def xml_bytes(self, name: str) -> bytes:
        """Bytes of an XML entry that declares no entities."""
        if name not in self._names:
            raise DocumentError(f"It lacks {name}, so it is damaged.", fix="Get a fresh copy.")
        content = self.read(name)
        _refuse_entities(content)  # again: an entry may be XML without being named so
        return content


def _refuse_entities(content: bytes) -> None:
    if _ENTITY_DECLARATION in content.replace(b"\x00", b""):  # UTF-16 hides it behind NULs
        raise DocumentError(
            "It declares XML entities, as documents made to exhaust memory do.", fix="Save it in another format."
        )
