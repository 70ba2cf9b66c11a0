"""A zip-based document: checked for bombs before anything in it reaches a library."""

import io
import zipfile
from xml.etree import ElementTree

from app.core.errors import DocumentError
from ingest.load.limits import MIB, Limits

MAX_XML = 64 * 1024 * 1024  # bytes of XML: a parsed tree takes ten times as much memory
MAX_ENTRIES = 10_000
_XML = (".xml", ".rels", ".opf", ".vml")
_DECLARES_ENTITIES = b"<!ENTITY"


class Container:
    """The entries of a zip-based document. Raises DocumentError for bombs and damage."""

    def __init__(self, content: bytes, limits: Limits, *, max_xml: int = MAX_XML) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        entries = self._archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            raise DocumentError("It is encrypted and needs a password: save a copy without one.")
        # zipfile never yields more than an entry declares
        unpacked = sum(entry.file_size for entry in entries)
        xml = sum(entry.file_size for entry in entries if entry.filename.lower().endswith(_XML))
        if len(entries) > MAX_ENTRIES or unpacked > limits.unpacked_mib * MIB or xml > max_xml:
            raise DocumentError(
                f"It unpacks to {unpacked / 2**20:.0f} MiB in {len(entries)} entries, more than is safe to read: "
                "split it into smaller files."
            )
        self._names = {entry.filename for entry in entries}
        for name in self._names:
            if name.lower().endswith(_XML):
                self._refuse_entities(name)

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
        if name not in self._names:
            raise DocumentError(f"It lacks {name}: it is damaged, get a fresh copy.")
        content = self.read(name)
        self._refuse(content)
        return ElementTree.fromstring(content)  # noqa: S314  # entity declarations are refused above

    def _refuse_entities(self, name: str) -> None:
        self._refuse(self.read(name))

    def _refuse(self, content: bytes) -> None:
        if _DECLARES_ENTITIES in content.replace(b"\x00", b""):  # UTF-16 hides it behind NULs
            raise DocumentError("It declares XML entities, as documents made to exhaust memory do: it is refused.")
