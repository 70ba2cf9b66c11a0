"""The paragraphs, lists and tables of an OpenDocument file as HTML."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from ingest.load.extracted import LONGEST_HEADING
from ingest.load.margins import letters
from ingest.load.odf.document import Open
from ingest.load.odf.frames import FRAME, GROUPS, SHAPES, alternative, drawn
from ingest.load.odf.lines import Line, Lines, Note, Step, comment
from ingest.load.odf.lists import Counts
from ingest.load.odf.names import DC, DRAW, META, OFFICE, PRESENTATION, TABLE, TEXT
from ingest.load.odf.package import Element, whole
from ingest.load.odf.styles import Look
from ingest.load.odf.tables import Row, covered_texts, rows, span, width
from ingest.load.ooxml.html import labelled, safe, signed, tagged
from ingest.load.ooxml.lists import Lists

_TAG = re.compile(r"<[^>]*>")
_COMPARED = 200  # characters of a paragraph that may be a line of the table of contents
_CONTENTS = frozenset(TEXT + name for name in ("table-of-content", "illustration-index", "table-index", "object-index"))
_UNREAD = frozenset(
    (
        *(
            TEXT + f"{name}-source"
            for name in ("table-of-content", "illustration-index", "table-index", "object-index")
        ),
        *(TEXT + f"{name}-source" for name in ("user-index", "alphabetical-index", "bibliography")),
        *(TEXT + f"{name}-decls" for name in ("variable", "sequence", "user-field", "dde-connection")),
        TEXT + "alphabetical-index-auto-mark-file",
        OFFICE + "forms",
        OFFICE + "event-listeners",
        OFFICE + "annotation-end",
        PRESENTATION + "notes",
        DC + "creator",
        DC + "date",
        META + "date-string",
        META + "creator-initials",
        TABLE + "title",
        TABLE + "desc",
    )
)


@dataclass(slots=True)
class _Item:
    """An item of a list whose marker is not written yet."""

    start: int | None


@dataclass(slots=True)
class _List:
    """An open list."""

    counts: Counts
    style: str
    level: int
    item: _Item | None = None


@dataclass(slots=True)
class _State:
    """Where the reading is within nested containers."""

    lists: Lists
    cells: int = 0  # table cells around it
    notes: int = 0  # notes around it
    open: list[_List] = field(default_factory=list)
    after_table: list[Step] = field(default_factory=list)  # notes to what stands in the table


@dataclass(frozen=True, slots=True)
class _Box:
    """A container with paragraphs and lists of its own."""

    element: Element


@dataclass(slots=True)
class _Frame:
    """A container whose steps are being read."""

    steps: Iterator[Step]
    close: Callable[[], None] | None = None


class Blocks:
    """Reads one story: the body, a header or footer, a slide."""

    def __init__(self, document: Open, *, is_body: bool, marks_pages: bool = False) -> None:
        self._document = document
        self._is_body = is_body
        self._lines = Lines(document, marks_pages=marks_pages)
        self._pieces: list[str] = []
        self._state = _State(Lists(self._pieces.append))
        self._stack: list[_Frame] = []
        self._contents = 0  # tables of contents around it
        self._handlers: dict[str, Callable[[Element], None]] = {
            TEXT + "p": self._paragraph,
            TEXT + "h": self._paragraph,
            TEXT + "list": self._list,
            TEXT + "list-item": self._list_item,
            TEXT + "numbered-paragraph": self._numbered_paragraph,
            TEXT + "section": self._section,
            TEXT + "tracked-changes": self._tracked_changes,
            TABLE + "table": self._table,
            OFFICE + "annotation": lambda element: self._note(comment(element)),
            DRAW + "control": self._control,
            **dict.fromkeys((FRAME, *SHAPES), self._drawn),
            **dict.fromkeys(GROUPS, self._group),
            **dict.fromkeys(_CONTENTS, self._table_of_contents),
            **dict.fromkeys(_UNREAD, lambda _element: None),
        }

    def html(self, steps: Iterable[Step]) -> str:
        """The steps as HTML; to be called once."""
        self._stack.append(_Frame(iter(steps)))
        while self._stack:
            frame = self._stack[-1]
            step = next(frame.steps, None)
            if step is not None:
                self._read(step)
                continue
            self._stack.pop()
            if frame.close is not None:
                frame.close()
        self._state.lists.close(forget=True)
        return "".join(self._pieces)

    def _read(self, step: Step) -> None:
        if isinstance(step, str):
            self._write(step)
        elif isinstance(step, Row):
            self._row(step)
        elif isinstance(step, _Cell):
            self._cell(step)
        elif isinstance(step, Note):
            self._note(step)
        elif isinstance(step, _Box):
            self._enter(step.element, self._state.cells)
        elif step.tag in self._handlers:
            self._handlers[step.tag](step)
        else:
            self._stack.append(_Frame(iter(step)))

    def _write(self, html: str) -> None:
        """Write a block that is no list item."""
        if html:
            self._state.lists.close(forget=False)
            self._pieces.append(html)

    # --------------------------------------------------------------------------------------------------- paragraphs

    def _paragraph(self, element: Element) -> None:
        look = self._document.styles.look("paragraph", element.get(TEXT + "style-name"))
        level = self._level(element, look)
        line = self._lines.line(element, look)
        html = line.html.strip()
        text = " ".join(unescape(_TAG.sub("", html)).split())
        if self._contents:
            self._document.contents.append(text)
        else:
            self._write_paragraph(element, look, level, html, text)
        self._follow(line)

    def _level(self, element: Element, look: Look) -> int | None:
        """Level of a heading; None for other paragraphs and for what stands in a table."""
        if not self._is_body or self._state.cells or self._state.notes:
            return None
        if element.tag == TEXT + "h":
            level = max(whole(element.get(TEXT + "outline-level"), most=10), 1)
        elif look.title:
            return 1
        else:
            level = look.level or 0
        return level + self._document.titled if level else None

    def _write_paragraph(self, element: Element, look: Look, level: int | None, html: str, text: str) -> None:
        label, deep = self._label(element, look)
        if not text and "<img" not in html and "<math" not in html:
            return
        if level is not None and len(text) <= LONGEST_HEADING:
            self._state.lists.close(forget=True)
            self._write(tagged(f"h{min(level, 6)}", f"{safe(label or '')} {html}".strip()))
            self._document.titled = self._document.titled or (look.title and element.tag == TEXT + "p")
        elif label is not None and not self._state.cells:
            self._state.lists.item("", deep, 0, label, html)
        elif label:
            self._write(tagged("p", f"{safe(label)} {html}"))
        else:
            self._write(tagged("p", html))
        if len(text) <= _COMPARED:
            self._document.lines.add(letters(text))

    def _label(self, element: Element, look: Look) -> tuple[str | None, int]:
        """(number of an item or heading, level of the list); "" for a bullet, None for what is no item."""
        open_list = self._state.open[-1] if self._state.open else None
        written = element.find(TEXT + "number")
        if open_list is not None and open_list.item is not None:
            item, open_list.item = open_list.item, None
            style = open_list.style or look.list or ""
            label = self._document.numbering.label(open_list.counts, style, open_list.level, item.start)
            return label, open_list.level
        if element.tag == TEXT + "h" and open_list is None and self._is_body:
            level = max(whole(element.get(TEXT + "outline-level"), most=10), 1)
            label = self._document.numbering.heading(element, level)
            return label or ("".join(written.itertext()).strip() if written is not None else "") or None, 0
        return None, 0

    def _follow(self, line: Line) -> None:
        """Read what stands after a paragraph; notes to what is in a table stand after the table."""
        after = line.after
        if self._state.cells:
            self._state.after_table.extend(step for step in after if isinstance(step, Note))
            after = [step for step in after if not isinstance(step, Note)]
        if after:
            self._stack.append(_Frame(_boxed(after)))

    def _drawn(self, element: Element) -> None:
        """A frame or shape that stands beside the paragraphs."""
        found = drawn(self._document, element)
        self._write(tagged("p", found.inline))
        self._follow(Line("", found.after))

    def _group(self, element: Element) -> None:
        self._write(tagged("p", alternative(element)))
        self._stack.append(_Frame(iter(element)))

    def _control(self, element: Element) -> None:
        self._write(tagged("p", safe(self._document.controls.pop(element.get(DRAW + "control", ""), ""))))

    def _note(self, note: Note) -> None:
        self._state.lists.close(forget=False)
        first = len(self._pieces)

        def write() -> None:
            html = "".join(self._pieces[first:])
            del self._pieces[first:]
            if html:
                self._pieces.append(signed(labelled(note.word, html), author=note.author, date=note.date))

        self._enter(note.element, self._state.cells, notes=1, close=write)

    # --------------------------------------------------------------------------------------------------- containers

    def _enter(self, element: Element, cells: int, *, notes: int = 0, close: Callable[[], None] | None = None) -> None:
        """Read the content of an element as one with lists of its own."""
        outer = self._state
        outer.lists.close(forget=False)
        lists = Lists(self._pieces.append)
        self._state = _State(lists, cells, outer.notes + notes, after_table=outer.after_table)

        def leave() -> None:
            lists.close(forget=True)
            self._state = outer
            if close is not None:
                close()

        self._stack.append(_Frame(iter(element), leave))

    def _section(self, element: Element) -> None:
        if element.get(TEXT + "display") == "none" or element.get(TEXT + "is-hidden") == "true":
            self._write(tagged("p", "Hidden section"))
        self._stack.append(_Frame(iter(element)))

    def _table_of_contents(self, element: Element) -> None:
        self._contents += 1

        def leave() -> None:
            self._contents -= 1

        self._stack.append(_Frame(iter(element), leave))

    def _tracked_changes(self, element: Element) -> None:
        for deletion in element.iter(TEXT + "deletion"):
            paragraphs = deletion.iter(TEXT + "p", TEXT + "h")
            self._document.count("deleted passage", int(any("".join(one.itertext()).strip() for one in paragraphs)))

    # -------------------------------------------------------------------------------------------------------- lists

    def _list(self, element: Element) -> None:
        state, numbering = self._state, self._document.numbering
        outer = state.open[-1] if state.open else None
        style = element.get(TEXT + "style-name") or (outer.style if outer else "")
        counts = outer.counts if outer else numbering.begin(element, style)
        state.open.append(_List(counts, style, outer.level + 1 if outer else 1))

        def leave() -> None:
            state.open.pop()
            if not state.open:
                state.lists.close(forget=True)

        self._stack.append(_Frame(iter(element), leave))

    def _list_item(self, element: Element) -> None:
        own = self._state.open[-1] if self._state.open else None
        if own is not None:
            start = element.get(TEXT + "start-value")
            own.item = _Item(None if start is None else whole(start))

        def leave() -> None:
            if own is not None:
                own.item = None

        self._stack.append(_Frame(iter(element), leave))

    def _numbered_paragraph(self, element: Element) -> None:
        """A paragraph that says by itself which item of which list it is."""
        state, style = self._state, element.get(TEXT + "style-name", "")
        counts = self._document.numbering.named(element.get(TEXT + "list-id") or style, style)
        start = element.get(TEXT + "start-value")
        item = _Item(None if start is None else whole(start))
        own = _List(counts, style, max(whole(element.get(TEXT + "level"), most=10), 1), item)
        state.open.append(own)
        self._stack.append(_Frame(iter(element), lambda: state.open.remove(own)))

    # ------------------------------------------------------------------------------------------------------- tables

    def _table(self, element: Element) -> None:
        found = rows(element)
        self._document.count("covered cell", covered_texts(element))
        self._state.lists.close(forget=True)
        if width(found) < 2:
            self._stack.append(_Frame(iter([_Box(cell) for row in found for cell in row.cells])))
            return
        title, description = (" ".join((element.findtext(TABLE + name) or "").split()) for name in ("title", "desc"))
        self._write(tagged("p", safe(description)) + "<table>" + tagged("caption", safe(title)))
        self._stack.append(_Frame(_in_head(found), self._end_table))

    def _end_table(self) -> None:
        self._pieces.append("</table>")
        waiting = self._state.after_table
        if waiting and not self._state.cells:
            self._stack.append(_Frame(iter(waiting[:])))
            waiting.clear()

    def _row(self, row: Row) -> None:
        self._pieces.append("<tr>")
        self._stack.append(_Frame(iter([_Cell(cell, row.is_header) for cell in row.cells]), self._end_row))

    def _end_row(self) -> None:
        self._pieces.append("</tr>")

    def _cell(self, cell: "_Cell") -> None:
        tag = "th" if cell.is_header else "td"
        columns, height = span(cell.element, "columns"), span(cell.element, "rows")
        spans = (f' colspan="{columns}"' if columns > 1 else "") + (f' rowspan="{height}"' if height > 1 else "")
        self._pieces.append(f"<{tag}{spans}>")
        self._enter(cell.element, self._state.cells + 1, close=lambda: self._pieces.append(f"</{tag}>"))


@dataclass(frozen=True, slots=True)
class _Cell:
    element: Element
    is_header: bool


def _boxed(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps with the containers among them as boxes."""
    for step in steps:
        yield step if isinstance(step, str | Note) or step.tag == TABLE + "table" else _Box(step)


def _in_head(found: Sequence[Row]) -> Iterator[Step]:
    """The rows of a table, those that its author marked as its header in a head."""
    head = next((index for index, row in enumerate(found) if not row.is_header), 0)
    if head:
        yield "<thead>"
        yield from found[:head]
        yield "</thead>"
    yield from found[head:]
