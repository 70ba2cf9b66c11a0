"""The file behind a passage, as it is shown beside the title: its name, told apart from equal ones, and its date."""

from collections.abc import Iterable, Mapping

from app.core.domain import Hit, Passage
from app.core.names import labels


def file_names(hits: Iterable[Hit]) -> Mapping[int, str]:
    """Document id -> the name of its file, empty where the title says it already.

    Where several documents of the candidates have one name, as much of the path as tells them apart.
    """
    candidates = list(hits)
    names = labels((hit.document_id, hit.source_uri, hit.name) for hit in candidates)
    return {
        hit.document_id: "" if names[hit.document_id] == hit.title else names[hit.document_id] for hit in candidates
    }


def file_date(hit: Hit) -> str:
    """The date of the file, in local time: 2026-02-01; empty where it is not known."""
    return hit.dated.astimezone().date().isoformat() if hit.dated else ""


def added_line(passage: Passage) -> str:
    """What was added to a passage, for people."""
    count = len(passage.added)
    chunks = "1 chunk" if count == 1 else f"{count} chunks"
    return f"{chunks} of its section added; no search found {'it' if count == 1 else 'them'}"
