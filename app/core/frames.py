"""Messages between a child process with limits and its parent: frames of a JSON header and bytes.

JSON and not pickle, because the process that reads hostile files must not be able to run code in its parent.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

_SIZES = struct.Struct(">QQ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One message."""

    kind: str  # a request's or reply's name, for example ready or problem
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
