"""A source and its document go in, the values of its row come out."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from app.core.domain import Document, Source


def document_row(
    source: Source, document: Document, chunk_count: int, timings: Mapping[str, float]
) -> dict[str, object]:
    """Parameters of the statement that finishes a document; timings are seconds of each stage."""
    reason = " ".join(("No text was found in it.", *document.warnings))
    return {
        "title": document.title,
        "media_type": document.media_type,
        "language": document.language,
        "byte_count": len(source.content),
        "part_kind": document.parts[0].kind if document.parts else None,
        "part_count": len(document.parts) or None,
        "chunk_count": chunk_count,
        "status": "ready" if chunk_count else "empty",
        "error": "" if chunk_count else reason,
        "warnings": json.dumps(document.warnings),
        "timings": json.dumps({stage: round(seconds, 4) for stage, seconds in timings.items()}),
        "parts": json.dumps([asdict(part) for part in document.parts]),
        "text": document.text,
        "content": source.content,
        "modified_at": source.modified_at,
        "file_modified_at": file_time(source),
        "sha256": source.sha256,
    }


def file_time(source: Source) -> datetime | None:
    """What tells the next run that the file is unchanged; nothing for a file that may change without showing it."""
    return source.modified_at if source.settled else None
