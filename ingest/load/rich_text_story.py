"""The text of a Rich Text file, a header, a note or a text box, put together as HTML with its tables."""

from dataclasses import dataclass, field

_DEEPEST_TABLE = 15
_MOST_EDGES = 1_000  # different cell borders of one table


@dataclass(slots=True)
class _Row:
    cells: list[str]
    borders: list[tuple[int, frozenset[str]]]  # right border and merge words of each cell, as the row defines them


@dataclass(slots=True)
class _Table:
    rows: list[_Row] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)  # of the row that is being read
    blocks: list[str] = field(default_factory=list)  # of the cell that is being read


@dataclass(slots=True)
class _Placed:
    """A cell with its place in the grid."""

    html: str
    columns: int
    rows: int = 1


class Story:
    """Collects runs of text into paragraphs, paragraphs into cells, cells into rows, rows into tables."""

    def __init__(self) -> None:
        self._runs: list[tuple[str, list[str]]] = []  # (tags around it, pieces of HTML)
        self._after: list[str] = []  # notes that follow the paragraph
        self._blocks: list[str] = []
        self._tables: list[_Table] = []  # open ones, the outermost first
        self._borders: list[tuple[int, frozenset[str]]] = []
        self._merges: set[str] = set()

    def write(self, text: str, *, raised: int = 0, struck: bool = False) -> None:
        """Add text to the paragraph. raised: 1 for superscript, -1 for subscript."""
        tags = ("s " if struck else "") + {1: "sup", -1: "sub"}.get(raised, "")
        html = escaped(text).replace("\n", "<br>")
        if self._runs and self._runs[-1][0] == tags:
            self._runs[-1][1].append(html)
        else:
            self._runs.append((tags, [html]))

    def after(self, html: str) -> None:
        """Add a note, comment or text box; it stands after the paragraph that refers to it."""
        self._after.append(html)

    def end_paragraph(self, *, level: int | None, depth: int) -> None:
        """End the paragraph. level: from 0 of a heading; depth: how many tables it stands in."""
        inner = self._paragraph()
        if inner.strip():
            tag = "p" if level is None else f"h{min(level + 1, 6)}"
            self._add(f"<{tag}>{inner}</{tag}>", depth)
        self._add_notes(depth)

    def end_cell(self, *, depth: int) -> None:
        """End a cell of the table at this depth."""
        self._enter(depth)
        table = self._tables[-1]
        inner = self._paragraph()
        if inner.strip():  # one paragraph alone needs no element of its own
            table.blocks.append(f"<p>{inner}</p>" if table.blocks else inner)
        table.blocks += self._after
        self._after = []
        table.cells.append("".join(table.blocks))
        table.blocks = []

    def end_row(self, *, depth: int) -> None:
        """End a row of the table at this depth."""
        self._enter(depth)
        table = self._tables[-1]
        if self._runs or table.blocks:
            self.end_cell(depth=depth)
        if table.cells:
            table.rows.append(_Row(table.cells, self._borders))
        table.cells = []

    def define(self, word: str, number: int) -> None:
        """Take note of a row's definition: its start, a merge of the next cell, or the next cell's right border."""
        if word == "trowd":
            self._borders, self._merges = [], set()
        elif word == "cellx":
            self._borders.append((number, frozenset(self._merges)))
            self._merges = set()
        else:
            self._merges.add(word)

    def html(self) -> str:
        """Everything, after ending what is open."""
        self.end_paragraph(level=None, depth=len(self._tables))
        self._enter(0)
        return "".join(self._blocks)

    def _paragraph(self) -> str:
        pieces = []
        for tags, run in self._runs:
            html = "".join(run)
            names = tags.split() if html.strip() else []
            pieces.append("".join(f"<{name}>" for name in names) + html)
            pieces.append("".join(f"</{name}>" for name in reversed(names)))
        self._runs = []
        return "".join(pieces)

    def _add_notes(self, depth: int) -> None:
        notes, self._after = self._after, []
        for note in notes:
            self._add(note, depth)

    def _add(self, html: str, depth: int) -> None:
        self._enter(depth)
        (self._tables[-1].blocks if self._tables else self._blocks).append(html)

    def _enter(self, depth: int) -> None:
        """Open or close tables until so many are open."""
        depth = min(depth, _DEEPEST_TABLE)
        while len(self._tables) > depth:
            table = self._tables.pop()
            if table.blocks:
                table.cells.append("".join(table.blocks))
            if table.cells:
                table.rows.append(_Row(table.cells, []))
            (self._tables[-1].blocks if self._tables else self._blocks).append(_table(table.rows))
        while len(self._tables) < depth:
            self._tables.append(_Table())


def _table(rows: list[_Row]) -> str:
    edges = sorted({right for row in rows for right, _ in row.borders})[:_MOST_EDGES]
    columns = {right: number for number, right in enumerate(edges)}
    hanging: dict[int, _Placed] = {}  # column -> the cell above that continues there
    lines = [_placed(row, columns, hanging) for row in rows]
    return "<table>" + "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in lines) + "</table>"


def _placed(row: _Row, columns: dict[int, int], hanging: dict[int, _Placed]) -> list[_Placed]:
    """The cells of a row that begin in it; a cell that continues another makes that one larger."""
    if len(row.borders) != len(row.cells):
        return [_Placed(html, 1) for html in row.cells]
    placed: list[_Placed] = []
    column = 0
    for html, (right, merges) in zip(row.cells, row.borders, strict=True):
        end = max(columns.get(right, column) + 1, column + 1)
        if "clmrg" in merges and placed:
            placed[-1].columns += end - column
            placed[-1].html += html
        elif "clvmrg" in merges and column in hanging:
            hanging[column].rows += 1
            hanging[column].html += html
        else:
            placed.append(_Placed(html, end - column))
            hanging.pop(column, None)
            if "clvmgf" in merges:
                hanging[column] = placed[-1]
        column = end
    return placed


def _cell(cell: _Placed) -> str:
    spans = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    spans += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    return f"<td{spans}>{cell.html}</td>"


def escaped(text: str) -> str:
    """Text as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
