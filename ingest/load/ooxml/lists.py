"""Nested HTML lists from paragraphs that only say how far they are indented."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

_DEEPEST = 12  # lists within one another; deeper items stand in the last
_SAME = 60  # twentieths of a point by which items of one level may differ


@dataclass(frozen=True, slots=True)
class _Item:
    list: str
    level: int
    indent: int

    def below(self, other: "_Item") -> bool:
        """Whether it is nested in an item that came before it."""
        if self.list == other.list and self.level != other.level:
            return self.level > other.level
        return self.indent > other.indent + _SAME


class Lists:
    """The lists that are open in one container (the body, a cell, a box)."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._items: list[_Item] = []  # the last item and those it is nested in
        self._open = 0  # HTML lists that are open

    def item(self, list_: str, level: int, indent: int, label: str, html: str) -> None:
        """Write an item. label: "" for a bullet."""
        item = _Item(list_, level, indent)
        while self._items and not item.below(self._items[-1]):
            self._items.pop()
        self._items.append(item)
        depth = min(len(self._items), _DEEPEST)
        self._write("</li></ul>" * (self._open - depth))
        self._write("</li>" if self._open >= depth else "")
        self._write("<ul>" * (depth - self._open))
        self._write(f'<li data-marker="{escape(label)}">{html}' if label else f"<li>{html}")
        self._open = depth

    def close(self, *, forget: bool) -> None:
        """Close the HTML. forget: the next item begins a list of its own."""
        self._write("</li></ul>" * self._open)
        self._open = 0
        if forget:
            self._items.clear()
