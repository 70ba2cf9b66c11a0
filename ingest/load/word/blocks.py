"""The paragraphs, lists and tables of one part of a Word document as HTML."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ingest.load.extracted import LONGEST_HEADING
from ingest.load.margins import letters
from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.html import safe, tagged
from ingest.load.ooxml.names import MC, M, R, W
from ingest.load.ooxml.package import Element
from ingest.load.word.document import Word
from ingest.load.word.fields import Fields
from ingest.load.word.numbering import Counters, Numbered
from ingest.load.word.paragraphs import Look, look_of, plain, with_label
from ingest.load.word.runs import Runs
from ingest.load.word.styles import Format
from ingest.load.word.tables import TableCell, TableRow, grid, has_sections, rows_to_write
from ingest.load.word.writer import Writer

_MOST_SPAN = 63  # columns that a cell may cover in Word
_BODY = 9  # the outline level that stands for no heading
_COMPARED = 200  # characters of a paragraph that may be a line of the table of contents
_FIGURES = frozenset("figure figura abbildung bild fig illustration рисунок obrázek kuva rysunek 图 圖 図 그림".split())

Step = Element | str | TableRow | TableCell  # what a container holds; str is HTML to write


@dataclass(slots=True)
class _Frame:
    """A container whose steps are being read."""

    steps: Iterator[Step]
    close: Callable[[], None] | None = None


@dataclass(slots=True)
class _Container:
    """Where the reading is within nested containers."""

    cells: int = 0  # table cells around it
    sections: bool = True  # whether headings in it are headings, as they are in a cell that lays out a page
    prefix: str = ""  # HTML of a paragraph that goes on in the next
    after_table: list[Step] = field(default_factory=list)  # notes to what stands in the table


class Blocks:
    """Reads one story: the body, a header or footer, a note."""

    def __init__(self, word: Word, part: str, *, is_body: bool, marks_pages: bool = False) -> None:
        self.fields = Fields(marks_pages=marks_pages)
        self._writer = Writer()
        self._word = word
        self._part = part
        self._is_body = is_body
        self._runs = Runs(word, part, self.fields, with_notes=is_body)
        self._counters = Counters(word.numbering)
        self._container = _Container()
        self._stack: list[_Frame] = []
        self._handlers: dict[str, Callable[[Element], None]] = {
            W + "p": self._paragraph,
            W + "tbl": self._table,
            W + "tc": self._box,
            W + "txbxContent": self._box,
            W + "altChunk": lambda element: self._writer.block(self._word.chunk(part, element.get(R + "id", ""))),
            W + "del": self._inline,
            W + "moveFrom": self._inline,
            W + "commentRangeEnd": self._inline,
            W + "r": self._inline,
            M + "oMath": self._inline,
            M + "oMathPara": self._inline,
            MC + "AlternateContent": self._alternatives,
        }

    def html(self, blocks: Iterable[Step]) -> str:
        """The blocks as HTML; to be called once."""
        self._stack.append(_Frame(iter(blocks)))
        while self._stack:
            frame = self._stack[-1]
            step = next(frame.steps, None)
            if step is not None:
                self._read(step)
                continue
            self._stack.pop()
            if frame.close is not None:
                frame.close()
        self._writer.block(tagged("p", safe(self.fields.left_open())))
        self._end_paragraph()
        self._writer.finish()
        return self._writer.html()

    def _read(self, step: Step) -> None:
        if isinstance(step, str):
            self._writer.block(step)
        elif isinstance(step, TableRow):
            self._row(step)
        elif isinstance(step, TableCell):
            self._cell(step)
        elif step.tag in self._handlers:
            self._handlers[step.tag](step)
        elif len(step) and not step.tag.endswith("Pr"):
            self._stack.append(_Frame(iter(step)))

    # --------------------------------------------------------------------------------------------------- paragraphs

    def _paragraph(self, element: Element) -> None:
        look = look_of(element, self._word.styles)
        numbered = None if look.goes_on else self._numbered(look)
        level = self._level(look)
        is_heading, in_contents = level is not None, look.style.contents
        line = self._runs.read(element, look.style.format, heading=is_heading, in_contents=in_contents)
        html, self._container.prefix = self._container.prefix + line.html(), ""
        if look.goes_on:
            self._container.prefix = html
        else:
            self._write_paragraph(look, numbered, level, html.strip())
        self._follow(line.after)

    def _numbered(self, look: Look) -> Numbered | None:
        key = look.style.numbering if look.list is None else look.list
        if not key or key == "0":
            return None
        level = look.list_level if look.list_level is not None else look.style.numbering_level
        if level is None and look.list is None:
            styles = (look.style_key, look.style.numbering_style)
            level = max(self._word.numbering.level_of_style(key, style) for style in styles)
        return self._counters.numbered(key, level or 0)

    def _level(self, look: Look) -> int | None:
        """Level of a heading; None for other paragraphs and for what stands in a table."""
        level = look.style.level
        if look.outline is not None:
            level = look.outline + 1 if 0 <= look.outline < _BODY else None
        if level is None or not self._is_body or not self._container.sections:
            return None
        return level if self._is_title(look) else level + self._word.titled

    def _is_title(self, look: Look) -> bool:
        return look.style.title and look.outline is None and self._is_body and self._container.sections

    def _write_paragraph(self, look: Look, numbered: Numbered | None, level: int | None, html: str) -> None:
        text = plain(html)
        label = numbered.label if numbered is not None else ""
        if label and self._container.cells and level is None:  # also in an empty cell: the number of the row
            self._writer.block(tagged("p", with_label(label, html, joined=False)))
        elif not text and "<img" not in html:
            return
        elif self._is_title(look):
            self._writer.title(html)
            self._word.titled = True
        elif level is not None and len(text) <= LONGEST_HEADING:
            self._writer.end_lists(forget=True)
            html = with_label(label, html, joined=numbered is not None and numbered.joined)
            self._writer.block(tagged(f"h{min(level, 6)}", html))
        elif numbered is not None and not self._container.cells:
            self._writer.item(numbered.list, numbered.level, _indent(look, numbered), label, html)
        elif look.style.caption and not self._container.cells and self.fields.sequence.lower() not in _FIGURES:
            self._writer.caption(html)
        else:
            if not (look.indent or look.style.indent):
                self._writer.end_lists(forget=True)
            self._writer.block(tagged("p", html))
        if len(text) <= _COMPARED:
            self._word.lines.add(letters(text))

    def _follow(self, after: list[Step]) -> None:
        """Read what stands after a paragraph; notes to what is in a table stand after the table."""
        if self._container.cells:
            self._container.after_table.extend(one for one in after if isinstance(one, str))
            after = [one for one in after if not isinstance(one, str)]
        if after:
            self._stack.append(_Frame(iter(after)))

    def _inline(self, element: Element) -> None:
        """What belongs into a paragraph and stands beside them."""
        line = self._runs.read([element], Format(), heading=False, in_contents=False)
        self._writer.block(tagged("p", line.html()))
        self._follow(line.after)

    # --------------------------------------------------------------------------------------------------- containers

    def _enter(self, steps: Iterable[Step], *, cells: int, sections: bool, end: str = "") -> None:
        """Read a container with lists of its own. cells, sections: as in _Container; end: its last tag."""
        outer, outer_lists = self._container, self._writer.enter()
        self._container = _Container(cells, sections, after_table=outer.after_table)

        def leave() -> None:
            self._end_paragraph()
            self._writer.leave(outer_lists)
            self._container = outer
            self._writer.raw(end)

        self._stack.append(_Frame(iter(steps), leave))

    def _end_paragraph(self) -> None:
        """Write what was to go on in a paragraph that does not come."""
        prefix, self._container.prefix = self._container.prefix, ""
        self._writer.block(tagged("p", prefix))

    def _box(self, element: Element) -> None:
        """A box of text, or the cell of a table of one column, which is a box too."""
        self._enter(element, cells=self._container.cells, sections=self._container.sections)

    def _alternatives(self, element: Element) -> None:
        form = chosen(element)
        if form is not None:
            self._stack.append(_Frame(iter(form)))

    # ------------------------------------------------------------------------------------------------------- tables

    def _table(self, element: Element) -> None:
        table = grid(element)
        self._word.count("deleted passage", table.deleted)
        self._end_paragraph()
        self._writer.end_lists(forget=True)
        if table.columns < 2:
            cells = [cell.element for row in table.rows for cell in row.cells if cell.element is not None]
            self._stack.append(_Frame(iter(cells)))
            return
        caption = self._writer.taken_caption() or safe(table.title)
        self._writer.block(tagged("p", safe(table.description)) + "<table>" + tagged("caption", caption))
        self._stack.append(_Frame(rows_to_write(table), self._end_table))

    def _end_table(self) -> None:
        self._writer.raw("</table>")
        waiting = self._container.after_table
        if waiting and not self._container.cells:
            self._stack.append(_Frame(iter(waiting[:])))
            waiting.clear()

    def _row(self, row: TableRow) -> None:
        self._writer.raw("<tr>")
        self._stack.append(_Frame(iter(row.cells), lambda: self._writer.raw("</tr>")))

    def _cell(self, cell: TableCell) -> None:
        columns = f' colspan="{min(cell.columns, _MOST_SPAN)}"' if cell.columns > 1 else ""
        rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        tag = "th" if cell.names else "td"
        self._writer.raw(f"<{tag}{columns}{rows}>")
        steps = cell.element if cell.element is not None else ()
        cells, sections = self._container.cells + 1, has_sections(cell)
        self._enter(steps, cells=cells, sections=sections, end=f"</{tag}>")


def _indent(look: Look, numbered: Numbered) -> int:
    """How far an item is indented: as the paragraph says, else the one of list and style that is nearer to it."""
    if look.indent is not None:
        return look.indent
    if look.list is None and look.style.indent is not None:
        return look.style.indent
    return numbered.indent
