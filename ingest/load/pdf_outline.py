"""Bookmarks of a PDF as headings of its text."""

import itertools
import re
from collections.abc import Sequence
from typing import Any

from app.core.domain import Heading, Part
from ingest.load.extracted import LONGEST_HEADING

_MOST = 5_000
_LEVELS = 6
_LONGEST_SEARCHED = 40  # words of a title


def bookmark_headings(pdf: Any, text: str, parts: Sequence[Part]) -> tuple[Heading, ...]:
    """Bookmarks whose titles occur on the page they point to."""
    headings: list[Heading] = []
    position = 0
    for bookmark in itertools.islice(pdf.get_toc(max_depth=_LEVELS), _MOST):
        title, index = " ".join(bookmark.get_title().split())[:LONGEST_HEADING], _page_of(bookmark)
        if not title or index is None or not 0 <= index < len(parts):
            continue
        pattern = r"\s+".join(re.escape(word) for word in title.split()[:_LONGEST_SEARCHED])
        match = re.compile(pattern).search(text, max(parts[index].start, position), parts[index].end)
        if match:
            position = match.end()
            headings.append(Heading(level=min(bookmark.level + 1, _LEVELS), text=title, start=match.start()))
    return tuple(headings)


def _page_of(bookmark: Any) -> int | None:
    destination = bookmark.get_dest()
    return None if destination is None else destination.get_index()
