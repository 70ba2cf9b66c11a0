"""Blocks as HTML: lists stay open between items, a caption waits for its table, a title's paragraphs are joined."""

from dataclasses import dataclass

from ingest.load.ooxml.html import tagged
from ingest.load.ooxml.lists import Lists


@dataclass(slots=True)
class _Held:
    """A caption or title, held back until the next block shows what belongs to it."""

    is_title: bool
    html: str


class Writer:
    """Writes the blocks of one story."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._lists = Lists(self._pieces.append)
        self._held: _Held | None = None

    def html(self) -> str:
        """Everything written."""
        return "".join(self._pieces)

    def raw(self, html: str) -> None:
        """Write a tag."""
        self._pieces.append(html)

    def block(self, html: str) -> None:
        """Write a block that is no list item; "" is none."""
        if html:
            self._lists.close(forget=False)
            self._release()
            self._pieces.append(html)

    def item(self, list_: str, level: int, indent: int, label: str, html: str) -> None:
        """Write a list item, as Lists does."""
        self._release()
        self._lists.item(list_, level, indent, label, html)

    def title(self, html: str) -> None:
        """Write a paragraph of the document's title."""
        if self._held is not None and self._held.is_title:
            self._held.html += " " + html
        else:
            self._hold(_Held(is_title=True, html=html))

    def caption(self, html: str) -> None:
        """Write a caption; a table that follows takes it."""
        self._hold(_Held(is_title=False, html=html))

    def taken_caption(self) -> str:
        """The caption that was written last, for the table that begins; "" without one."""
        held = self._held
        if held is None or held.is_title:
            return ""
        self._held = None
        return held.html

    def end_lists(self, *, forget: bool) -> None:
        """Close open lists. forget: the next item begins a list of its own."""
        self._lists.close(forget=forget)

    def enter(self) -> Lists:
        """Begin a container with lists of its own; returns those around it, for `leave`."""
        self._lists.close(forget=False)
        self._release()
        outer, self._lists = self._lists, Lists(self._pieces.append)
        return outer

    def leave(self, outer: Lists) -> None:
        """End a container."""
        self.finish()
        self._lists = outer

    def finish(self) -> None:
        """Close and write what is still open."""
        self._lists.close(forget=True)
        self._release()

    def _hold(self, held: _Held) -> None:
        self._lists.close(forget=True)
        self._release()
        self._held = held

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._pieces.append(tagged("h1" if held.is_title else "p", held.html))
