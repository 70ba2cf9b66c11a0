"""Sources, documents and errors as frames between the loading process and its parent.

Kinds: load (a request) · ready · begin · document · problem · end.
"""

from collections.abc import Mapping
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

from app.core.domain import Document, Heading, Part, Rows, Source
from app.core.errors import DocumentError
from app.core.frames import Frame

_SPANS: Mapping[str, Any] = {"headings": Heading, "parts": Part, "tables": Rows}


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
