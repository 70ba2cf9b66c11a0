"""What a file of the census is: its bytes, and one marker word for each container of text in it."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.core.domain import Document
from app.core.errors import DocumentError


@dataclass(frozen=True, kw_only=True, slots=True)
class CensusFile:
    """A made file with text in every container that its format has."""

    name: str
    content: bytes
    containers: Mapping[str, str]  # container -> noun that a warning names, with a count, when its text is not read

    def missing(self, documents: Iterable[Document | DocumentError]) -> list[str]:
        """The containers whose marker is in no text and whose noun and count are in no warning."""
        read = [document for document in documents if isinstance(document, Document)]
        names = [part.name for document in read for part in document.parts]  # a sheet's stands before each passage
        text = "\n".join([*names, *(f"{document.title}\n{document.text}" for document in read)]).casefold()
        warnings = [warning for document in read for warning in document.warnings]
        return [
            container
            for container, noun in self.containers.items()
            if marker(container) not in text and not any(_names(warning, noun) for warning in warnings)
        ]


@dataclass(slots=True)
class Marks:
    """Hands out marker words and remembers their containers."""

    containers: dict[str, str] = field(default_factory=dict)

    def __call__(self, container: str, noun: str = "") -> str:
        """The marker word of a container. noun: how a warning may name what it left out; "": it must be read."""
        self.containers[container] = noun
        return marker(container)


def marker(container: str) -> str:
    """The word that stands in this container only."""
    return re.sub(r"[^a-z0-9]", "", container.lower()) + "quail"


def _names(warning: str, noun: str) -> bool:
    return bool(noun) and re.search(r"\d", warning) is not None and re.search(noun, warning, re.IGNORECASE) is not None


def zipped_in_order(entries: Mapping[str, bytes | str]) -> bytes:
    """A zip container; the entry "mimetype" is stored without compression, as OpenDocument and EPUB want it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, kind)
    return buffer.getvalue()
