"""The events of a parser: text and styles of the elements that are open, and elements that are read as a whole."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from ingest.load.extracted import unmarked
from ingest.load.hypertext.page import Page
from ingest.load.hypertext.raised import REACH, lowered, raised
from ingest.load.hypertext.styles import Styles

Attributes = Mapping[str, str]
End = Callable[[], None] | None  # what the end of an element does
Begin = Callable[[str, Attributes], End]  # what its start does: tag, attributes -> end

_INLINE = frozenset("a b big code em font i small span strong tt u var".split())  # that a style may raise
_DEEPEST_RAISED = 4
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_SHOWN_FORMULA = re.compile(r"\bkatex-html\b|\bMathJax_Preview\b")  # beside the formula itself
_NOTE_CLASS = re.compile(r"note|cite|\bref", re.IGNORECASE)


class Inner(Protocol):
    """Receives the events within an element that is read as a whole."""

    def start(self, tag: str, attributes: Attributes) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, data: str) -> None: ...


class Collected:
    """The plain text within an element."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def start(self, tag: str, attributes: Attributes) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, data: str) -> None:
        self._texts.append(data)

    def text(self) -> str:
        return "".join(self._texts)


class EventReader:
    """Receives libxml2's events in order (a parser target of lxml). They are balanced: each start has its end."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()  # what was not read -> how often
        self.page = Page()
        self.styles = Styles()
        self.preformatted = 0  # open elements that keep white space
        self.links = 0  # open links to a part of the page
        self._begins: Mapping[str, Begin] = {}
        self._ends: list[End] = []  # of the open elements
        self._inner: Inner | None = None
        self._depth = 0  # elements open within `_inner`
        self._struck = 0  # open elements that strike their text out
        self._deleted = 0  # open elements whose text was deleted
        self._deleted_text = False
        self._raised = 0

    # ------------------------------------------------------------------------------------------------ the events

    def start(self, tag: str, attributes: Attributes) -> None:
        """A tag opens."""
        if self._inner is not None:
            self._depth += 1
            self._inner.start(tag, attributes)
            return
        begin = self._begins.get(tag)
        end = begin(tag, attributes) if begin is not None else None
        if attributes and self._inner is None:
            end = self._by_attributes(tag, attributes, end)
        self._ends.append(end)

    def end(self, tag: str) -> None:
        """A tag closes, in the markup or because its parent does."""
        if self._inner is not None and self._depth:
            self._depth -= 1
            self._inner.end(tag)
            return
        self._inner = None
        end = self._ends.pop() if self._ends else None
        if end is not None:
            end()

    def data(self, data: str) -> None:
        """Text between tags."""
        if self._inner is not None:
            self._inner.data(data)
            return
        if self._deleted:
            self._deleted_text = self._deleted_text or not data.isspace()
            return
        buffer = self.page.buffer
        if not self.preformatted:
            if buffer.at_line_start:
                data = data.lstrip(" \t\n\r\f\v")
                if not data:
                    return
            if "  " in data or not data.isprintable():
                data = _SPACE.sub(" ", data)
        buffer.write_text(data if data.isascii() else unmarked(data), struck=self._struck > 0)

    def close(self) -> str:
        """The whole text."""
        return self.page.text()

    # ------------------------------------------------------------------------------------------------ what parts use

    def within(self, inner: Inner) -> None:
        """Send the events of the element that begins to `inner`."""
        self._inner, self._depth = inner, 0

    def strike(self) -> Callable[[], None]:
        """Begin struck-out text; returns its end."""
        self._struck += 1
        return self._end_strike

    def _end_strike(self) -> None:
        self._struck -= 1

    def delete(self) -> Callable[[], None]:
        """Begin deleted text, which is counted and left out; returns its end."""
        self._deleted += 1
        return self._end_delete

    def _end_delete(self) -> None:
        self._deleted -= 1
        if not self._deleted and self._deleted_text:
            self._deleted_text = False
            self.left_out["deleted"] += 1

    def shift(self, tag: str, attributes: Attributes) -> End:
        """Begin a superscript or subscript; returns its end."""
        buffer = self.page.capture() if self._raised < _DEEPEST_RAISED else None
        if buffer is None:
            return None
        self._raised += 1
        note = self.links > 0 or any(
            _NOTE_CLASS.search(attributes.get(name, "")) for name in ("class", "id", "role", "epub:type")
        )

        def end() -> None:
            self._raised -= 1
            text = self.page.release(buffer)
            target = self.page.buffer
            before = target.tail(REACH)
            if tag == "sub":
                cut, text = lowered(before, text)
                target.cut(cut)
            else:
                text = raised(before, text, note=note or buffer.note)
            target.write_text(text, struck=self._struck > 0)

        return end

    def _by_attributes(self, tag: str, attributes: Attributes, end: End) -> End:
        """The end of an element whose style strikes it out, raises or lowers it; a formula shown twice is read once."""
        if _SHOWN_FORMULA.search(attributes.get("class", "")) or (tag == "nobr" and "aria-hidden" in attributes):
            self.within(Collected())
            return end
        style = self.styles.of(attributes)
        if not style:
            return end
        ends = [end]
        if style.struck:
            ends.append(self.strike())
        if style.shift and tag in _INLINE:
            ends.append(self.shift(style.shift, attributes))

        def all_ends() -> None:
            for last in reversed(ends):
                if last is not None:
                    last()

        return all_ends
