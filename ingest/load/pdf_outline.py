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
_NAMED = 5  # bookmarks named in a warning
_WORD = re.compile(r"\w+")


def bookmark_headings(pdf: Any, text: str, parts: Sequence[Part]) -> tuple[tuple[Heading, ...], tuple[str, ...]]:
    """(bookmarks whose titles occur on the page they point to, a warning that counts and names the others)."""
    headings: list[Heading] = []
    elsewhere: list[str] = []
    position = 0
    for bookmark in itertools.islice(pdf.get_toc(max_depth=_LEVELS), _MOST):
        title, index = " ".join(bookmark.get_title().split())[:LONGEST_HEADING], _page_of(bookmark)
        if not title:
            continue
        if index is None or not 0 <= index < len(parts):
            elsewhere.append(title)
            continue
        pattern = r"\s+".join(re.escape(word) for word in title.split()[:_LONGEST_SEARCHED])
        match = re.compile(pattern).search(text, max(parts[index].start, position), parts[index].end)
        if match:
            position = match.end()
            headings.append(Heading(level=min(bookmark.level + 1, _LEVELS), text=title, start=match.start()))
        else:
            elsewhere.append(title)
    return tuple(headings), _warnings(elsewhere, text)


def _warnings(titles: Sequence[str], text: str) -> tuple[str, ...]:
    """One warning about the titles with words that the text does not have."""
    words = frozenset(_WORD.findall(text.casefold()))
    unread = [title for title in titles if not words.issuperset(_WORD.findall(title.casefold()))]
    if not unread:
        return ()
    named = ", ".join(unread[:_NAMED]) + (" and others" if len(unread) > _NAMED else "")
    which = "1 bookmark was" if len(unread) == 1 else f"{len(unread)} bookmarks were"
    return (f"{which} not read as headings, because their words are not in the text: {named}.",)


def _page_of(bookmark: Any) -> int | None:
    destination = bookmark.get_dest()
    return None if destination is None else destination.get_index()
