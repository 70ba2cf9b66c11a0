"""What the loading process and its parent say to each other: frames of a JSON header and bytes.

JSON and not pickle: the process that reads hostile files must not be able to run code in the one that trusts it.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime
from typing import IO, Any

from app.core.domain import Document, Heading, Part, Rows, Source

_SIZES = struct.Struct(">QQ")
_SPANS: Mapping[str, Any] = {"headings": Heading, "parts": Part, "tables": Rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One message."""

    kind: str  # load (a request) · ready · begin · document · problem · end
    header: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""


def write_frame(stream: IO[bytes], frame: Frame) -> None:
    """Send a frame. Raises OSError when nobody reads, MemoryError before anything is sent."""
    header = json.dumps({"kind": frame.kind, **frame.header}).encode()
    sizes = _SIZES.pack(len(header), len(frame.content))
    for piece in (sizes, header, frame.content):
        stream.write(piece)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Frame | None:
    """The next frame, None when the other side has gone."""
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
    """What a frame says of a source beside its bytes."""
    modified = source.modified_at.isoformat() if source.modified_at else None
    return {"uri": source.uri, "name": source.name, "sha256": source.sha256, "modified_at": modified}


def source_of(frame: Frame) -> Source:
    """The source that a frame carries."""
    modified = frame.header["modified_at"]
    return Source(
        uri=frame.header["uri"],
        name=frame.header["name"],
        content=frame.content,
        sha256=frame.header["sha256"],
        modified_at=datetime.fromisoformat(modified) if modified else None,
    )


def document_header(document: Document) -> dict[str, Any]:
    """A document as what JSON can say."""
    plain = {field.name: getattr(document, field.name) for field in fields(document)}
    return plain | {name: [astuple(one) for one in plain[name]] for name in _SPANS}


def document_of(frame: Frame) -> Document:
    """The document that a frame carries. Raises TypeError or KeyError when it carries none."""
    values: dict[str, Any] = dict(frame.header)
    for name, kind in _SPANS.items():
        names = [field.name for field in fields(kind)]
        values[name] = tuple(kind(**dict(zip(names, one, strict=True))) for one in values[name])
    return Document(**values | {"warnings": tuple(values["warnings"])})
