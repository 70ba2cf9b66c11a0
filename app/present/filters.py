"""What people and programs type to narrow a search goes in, Filters come out; the same for commands, HTTP and MCP."""

import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from app.core.domain import Filters
from app.core.errors import QuestionError


def parse_filters(
    *,
    document: str = "",
    path: str = "",
    media_type: str = "",
    language: str = "",
    since: str = "",
    until: str = "",
) -> Filters:
    """Filters of what was given; an empty string leaves a criterion out.

    A document is named by its number or its file name. A path is the beginning of a source's address; one that begins
    with ./ or ~ is completed. Dates are written 2026-01-31 or 2026-01-31T12:00, local time where none is said.
    Raises QuestionError for a date that is none.
    """
    number = int(document) if document.isdecimal() else None
    return Filters(
        document_id=number,
        document_name=document if document and number is None else None,
        path_prefix=_whole(path) if path else None,
        media_type=media_type.strip().lower() or None,
        language=language.strip().lower() or None,
        since=_date(since, "since"),
        until=_date(until, "until"),
    )


def filters_view(filters: Filters) -> dict[str, str | int]:
    """The criteria that are set, as plain JSON values; dates in ISO 8601."""
    criteria = {name: value for name, value in asdict(filters).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in criteria.items()}


def _whole(path: str) -> str:
    if not path.startswith((".", "~")):
        return path
    completed = os.path.normpath(Path.cwd() / Path(path).expanduser())
    return completed + os.sep if path.endswith((os.sep, "..", "/.")) or path == "." else completed


def _date(written: str, name: str) -> datetime | None:
    if not written.strip():
        return None
    try:
        return datetime.fromisoformat(written.strip()).astimezone()
    except ValueError as error:
        raise QuestionError(f"{name} is no date: {written!r}. Write it as 2026-01-31.") from error
