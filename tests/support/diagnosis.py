"""Values for tests of the diagnosis."""

from datetime import UTC, datetime

from app.core.domain import ExactRank
from app.quality.diagnosis.judge import Missed
from app.quality.expected.located import StoredChunk, StoredDocument


def missed(ranks: ExactRank) -> Missed:
    """A chunk that was no candidate, with these exact ranks."""
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    document = StoredDocument(
        id=1,
        collection="default",
        source_uri="/docs/1.md",
        sha256=None,
        name="1.md",
        title="One",
        status="ready",
        error="",
        warnings=(),
        created_at=moment,
        ingested_at=moment,
    )
    chunk = StoredChunk(
        id=1, document_id=1, ordinal=0, heading="", text="Words.", part_kind=None, part_first=None, part_last=None,
        part_name="", start_char=0, end_char=6,
    )  # fmt: skip
    return Missed(document=document, chunk=chunk, ranks=ranks)
