"""Messages between the loading process and its parent: frames of a JSON header and bytes.

JSON and not pickle, because the process that reads hostile files must not be able to run code in its parent.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime
from typing import IO, Any

from app.core.domain import Document, Heading, Part, Rows, Source
from app.core.errors import DocumentError

_SIZES = struct.Struct(">QQ")
_SPANS: Mapping[str, Any] = {"headings": Heading, "parts": Part, "tables": Rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One message."""

    kind: str  # load (a request) · ready · begin · document · problem · end
    header: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""


def write_frame(stream: IO[bytes], frame: Frame) -> None:
    """Send a frame. Raises OSError when the pipe is closed, MemoryError before anything is sent."""
    header = json.dumps({"kind": frame.kind, **frame.header}).encode()
    sizes = _SIZES.pack(len(header), len(frame.content))
    for piece in (sizes, header, frame.content):
        stream.write(piece)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Frame | None:
    """The next frame, None at the end of the stream."""
    sizes = _read(stream, _SIZES.size)
    if sizes is None:
        return None
    header_size, content_size = _SIZES.unpack(sizes)
    raw, content = _read(stream, header_size), _read(stream, content_size)
    if raw is None or content is None:
        return None
    header = json.loads(raw)
    return Frame(kind=header.pop("kind"), header=header, content=content)


def _read(stream: IO[bytes], size: int) -> bytes | None:
    content = stream.read(size) if size else b""
    return content if len(content) == size else None


def source_header(source: Source) -> dict[str, Any]:
    """The fields of a source, as JSON values; its bytes travel as the frame's content."""
    modified = source.modified_at.isoformat() if source.modified_at else None
    return {"uri": source.uri, "name": source.name, "sha256": source.sha256, "modified_at": modified}


def source_from(frame: Frame) -> Source:
    """The source in a frame."""
    modified = frame.header["modified_at"]
    return Source(
        uri=frame.header["uri"],
        name=frame.header["name"],
        content=frame.content,
        sha256=frame.header["sha256"],
        modified_at=datetime.fromisoformat(modified) if modified else None,
    )


def error_header(error: DocumentError) -> dict[str, Any]:
    """An error as JSON values."""
    return {"problem": error.problem, "fix": error.fix}


def error_from(frame: Frame) -> DocumentError:
    """The error in a frame."""
    return DocumentError(frame.header["problem"], fix=frame.header["fix"])


def document_header(document: Document) -> dict[str, Any]:
    """A document as JSON values."""
    values = {field.name: getattr(document, field.name) for field in fields(document)}
    return values | {name: [astuple(span) for span in values[name]] for name in _SPANS}


def document_from(frame: Frame) -> Document:
    """The document in a frame. Raises TypeError, KeyError or ValueError when the frame holds none."""
    values: dict[str, Any] = dict(frame.header)
    for name, kind in _SPANS.items():
        names = [field.name for field in fields(kind)]
        values[name] = tuple(kind(**dict(zip(names, span, strict=True))) for span in values[name])
    return Document(**values | {name: tuple(values[name]) for name in ("warnings", "tags")})
