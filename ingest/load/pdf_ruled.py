"""Tables of a PDF page whose cells are drawn with lines."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.load.pdf_bands import middle
from ingest.load.pdf_drawings import Drawings, Line
from ingest.load.pdf_lines import cell_text, lines
from ingest.load.pdf_rows import TextRow, grouped
from ingest.load.pdf_table import FoundTable, bold_rows
from ingest.load.pdf_words import Word
from ingest.load.tables import Cell

_TOUCH = 3.5  # points between lines that meet
_NARROW = 4.0  # points: a gap between two lines of a double border
_FILLED = 0.2  # share of cells with text; drawings with less are no tables
_LONGEST_CELL = 2_500  # characters; a frame around so much text is no cell
_REGULAR = 0.45  # cells for each position of the grid; forms have fewer
_LINES_OF_ROWS = 4  # lines in the first cell of a ruled row that may be several rows
_MOST_CELLS = 20_000

Position = tuple[int, int]  # row and column in the grid


@dataclass(frozen=True, slots=True)
class _Grid:
    xs: list[float]
    ys: list[float]
    across: list[Line]
    down: list[Line]


def ruled_tables(words: Sequence[Word], drawn: Drawings) -> list[tuple[FoundTable, list[Word]]]:
    """(table, its words) of every table whose cells are drawn."""
    found = []
    for across, down in _connected(drawn.across, drawn.down):
        grid = _grid(across, down)
        if grid is None or (len(grid.xs) - 1) * (len(grid.ys) - 1) > _MOST_CELLS:
            continue
        inside = [word for word in words if _within(word, grid)]
        if inside:
            table = _table(grid, inside)
            if table is not None:
                found.append((table, inside))
    return found


def _connected(across: list[Line], down: list[Line]) -> list[tuple[list[Line], list[Line]]]:
    """Groups of lines that meet one another."""
    count = len(across)
    parents = list(range(count + len(down)))

    def root(item: int) -> int:
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    for index, line in enumerate(down):
        for other, level in enumerate(across):
            if level.at < line.start - _TOUCH:
                continue
            if level.at > line.end + _TOUCH:
                break  # they are in order
            if level.start - _TOUCH <= line.at <= level.end + _TOUCH:
                parents[root(count + index)] = root(other)
    groups: dict[int, tuple[list[Line], list[Line]]] = {}
    for item in range(len(parents)):
        group = groups.setdefault(root(item), ([], []))
        if item < count:
            group[0].append(across[item])
        else:
            group[1].append(down[item - count])
    return [group for group in groups.values() if len(group[0]) >= 2 and group[1]]


def _grid(across: list[Line], down: list[Line]) -> _Grid | None:
    left, right = min(line.start for line in across), max(line.end for line in across)
    top, bottom = min(line.at for line in across), max(line.at for line in across)
    # A table may be open at its sides: the ends of its other lines close it.
    xs = _positions([line.at for line in down] + [left, right])
    ys = _positions([line.at for line in across] + [min(line.start for line in down), max(line.end for line in down)])
    if len(xs) < 2 or len(ys) < 2 or bottom - top < _NARROW:
        return None
    return _Grid(xs, ys, across, down)


def _positions(values: list[float]) -> list[float]:
    """Different positions in order; those of a double line are one."""
    result: list[float] = []
    for value in sorted(values):
        if not result or value - result[-1] > _NARROW:
            result.append(value)
    return result


def _within(word: Word, grid: _Grid) -> bool:
    middle = (word.left + word.right) / 2
    return grid.xs[0] <= middle <= grid.xs[-1] and grid.ys[0] <= word.middle <= grid.ys[-1]


def _table(grid: _Grid, words: list[Word]) -> FoundTable | None:
    """The table of a grid of lines, None when it is a frame, a chart, a form or another drawing."""
    columns, rows = len(grid.xs) - 1, len(grid.ys) - 1
    areas = _areas(grid)
    by_area: dict[Position, list[Word]] = {}
    for word in words:
        column = min(max(bisect_right(grid.xs, (word.left + word.right) / 2) - 1, 0), columns - 1)
        row = min(max(bisect_right(grid.ys, word.middle) - 1, 0), rows - 1)
        by_area.setdefault(areas[row][column], []).append(word)
    spans = _spans(areas)
    if len(by_area) < max(3, _FILLED * len(spans)) or len({column for _, column in by_area}) < 2:
        return None
    if len(spans) < _REGULAR * columns * rows or any(_is_no_cell(by_area[area], spans[area]) for area in by_area):
        return None
    cells = _cells(areas, spans, by_area, grid.xs)
    if len(cells) < 2:
        return None
    box = grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1]
    by_row: list[list[Word]] = [[] for _ in range(rows)]
    for (row, _), own in by_area.items():
        by_row[row] += own
    size = middle([word.size for word in words])
    return FoundTable(box, cells, list(pairwise(grid.xs)), ruled=True, size=size, name_rows=bold_rows(by_row))


def _is_no_cell(words: list[Word], span: tuple[int, int]) -> bool:
    """Whether an area is part of a form rather than a cell: it holds a page of text, or a line for each row beside."""
    if sum(len(word.text) for word in words) > _LONGEST_CELL:
        return True
    return span[1] >= 3 and len(lines(words)) >= span[1]


def _spans(areas: Sequence[Sequence[Position]]) -> dict[Position, tuple[int, int]]:
    """Columns and rows of every area."""
    ends: dict[Position, Position] = {}
    for number, row in enumerate(areas):
        for column, area in enumerate(row):
            ends[area] = (number, column)  # the last position of an area is its bottom right one
    return {area: (end[1] - area[1] + 1, end[0] - area[0] + 1) for area, end in ends.items()}


def _areas(grid: _Grid) -> list[list[Position]]:
    """The cell of every grid position, named by its top left position: positions with no line between are one."""
    columns, rows = len(grid.xs) - 1, len(grid.ys) - 1
    walls = _covered(grid.down, grid.xs, grid.ys)
    floors = _covered(grid.across, grid.ys, grid.xs)
    areas = [[(-1, -1)] * columns for _ in range(rows)]
    for row in range(rows):
        for column in range(columns):
            if areas[row][column] != (-1, -1):
                continue
            last = column
            while last + 1 < columns and (last + 1, row) not in walls and areas[row][last + 1] == (-1, -1):
                last += 1
            below = row
            while below + 1 < rows and _open(floors, walls, below + 1, column, last):
                below += 1
            for y in range(row, below + 1):
                for x in range(column, last + 1):
                    areas[y][x] = (row, column)
    return areas


def _open(floors: set[tuple[int, int]], walls: set[tuple[int, int]], row: int, first: int, last: int) -> bool:
    """Whether the positions of a row from `first` to `last` belong to the cell above them."""
    if any((row, column) in floors for column in range(first, last + 1)):
        return False
    return not any((column, row) in walls for column in range(first + 1, last + 1))


def _covered(drawn: list[Line], at: list[float], along: list[float]) -> set[tuple[int, int]]:
    """(index of a grid line, index of a stretch between the grid lines that cross it) where a line is drawn."""
    result = set()
    for line in drawn:
        index = min(range(len(at)), key=lambda i: abs(at[i] - line.at))
        for stretch in range(len(along) - 1):
            middle = (along[stretch] + along[stretch + 1]) / 2
            if line.start - 1 <= middle <= line.end + 1:
                result.add((index, stretch))
    return result


def _cells(
    areas: Sequence[Sequence[Position]],
    spans: dict[Position, tuple[int, int]],
    words: dict[Position, list[Word]],
    xs: Sequence[float],
) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number, row in enumerate(areas):
        own = [area for column, area in enumerate(row) if area == (number, column)]
        parts = _text_rows(own, spans, words, len(row)) if len(own) == len(row) else []
        if parts:
            rows += parts
        else:
            rows.append([_cell(area, spans[area], words.get(area, []), xs) for area in own])
    return rows


def _cell(area: Position, span: tuple[int, int], words: Sequence[Word], xs: Sequence[float]) -> Cell:
    return Cell(cell_text(words, xs[area[1] + span[0]] - xs[area[1]]), *span)


def _text_rows(
    own: Sequence[Position], spans: dict[Position, tuple[int, int]], words: dict[Position, list[Word]], columns: int
) -> list[list[Cell]]:
    """The rows within a ruled row, where lines are drawn between columns only; none when it is one row."""
    if any(spans[area] != (1, 1) for area in own):
        return []
    first = lines(words.get(own[0], []))
    most = max(len(lines(words.get(area, []))) for area in own)
    if len(first) < _LINES_OF_ROWS or len(first) < 0.6 * most:
        return []
    everything = [word for area in own for word in words.get(area, [])]
    column_of = {id(word): area[1] for area in own for word in words.get(area, [])}
    text_rows = []
    for line in lines(everything):
        row = TextRow({}, {}, min(word.top for word in line), max(word.bottom for word in line))
        for word in line:
            row.cells.setdefault(column_of[id(word)], []).append(word)
        text_rows.append(row)
    groups = grouped(text_rows, [], columns, everything[0].size)
    return [
        [Cell(cell_text([word for row in group for word in row.cells.get(column, ())])) for column in range(columns)]
        for group in groups
    ]
