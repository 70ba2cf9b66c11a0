"""A scope in words: where a question is searched, for people."""

from collections.abc import Sequence

from app.core.domain import Filters

_MOST_NAMES = 5  # of one kind


def scope_in_words(collection: str | None, filters: Filters) -> str:
    """The criteria that are set, for example "collection club, tag finance, from 2026-01-31"; empty for everything."""
    collections = (collection,) if collection is not None else filters.collections
    documents = [str(item) for item in filters.documents]
    parts = [
        _listed("collection", collections),
        _listed("document", documents),
        _listed("tag", filters.tags, joined="and"),
        f"path {filters.path_prefix}…" if filters.path_prefix else "",
        f"type {filters.media_type}" if filters.media_type else "",
        f"language {filters.language}" if filters.language else "",
        f"from {_day(filters.since.isoformat())}" if filters.since else "",
        f"before {_day(filters.until.isoformat())}" if filters.until else "",
    ]
    return ", ".join(part for part in parts if part)


def nothing_in(collection: str | None, filters: Filters) -> str:
    """What to say when no passage is in a scope."""
    return f"Nothing is in this scope: {scope_in_words(collection, filters)}."


def _listed(noun: str, names: Sequence[str], *, joined: str = "or") -> str:
    if not names:
        return ""
    shown = list(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        shown.append(f"{len(names) - _MOST_NAMES:,} more")
    last = shown.pop()
    listed = f"{', '.join(shown)} {joined} {last}" if shown else last
    return f"{noun}{'' if len(names) == 1 else 's'} {listed}"


def _day(moment: str) -> str:
    """The date alone where the time is midnight."""
    day, _, time = moment.partition("T")
    return day if time.startswith("00:00:00") else f"{day} {time[:5]}"
