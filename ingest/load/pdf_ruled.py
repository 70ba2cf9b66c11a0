"""Tables of a PDF page whose cells are drawn with lines."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.load.pdf_drawings import Drawings, Line
from ingest.load.pdf_lines import cell_text
from ingest.load.pdf_words import Box, Word
from ingest.load.tables import Cell

_TOUCH = 3.5  # points between lines that meet
_NARROW = 4.0  # points: a gap between two lines of a double border
_FILLED = 0.2  # share of cells with text; drawings with less are no tables
_LONGEST_CELL = 2_500  # characters; a frame around so much text is no cell
_MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table on a page."""

    box: Box
    rows: Sequence[Sequence[Cell]]
    columns: Sequence[tuple[float, float]]  # left and right of every column, in points
    ruled: bool
    top_row_complete: bool = True


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
    """The table of a grid of lines, None when it is a frame, a chart or another drawing."""
    columns, rows = len(grid.xs) - 1, len(grid.ys) - 1
    areas = _areas(grid)
    by_area: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        column = min(max(bisect_right(grid.xs, (word.left + word.right) / 2) - 1, 0), columns - 1)
        row = min(max(bisect_right(grid.ys, word.middle) - 1, 0), rows - 1)
        by_area.setdefault(areas[row][column], []).append(word)
    count = len({area for line in areas for area in line})
    if len(by_area) < max(3, _FILLED * count) or len({column for _, column in by_area}) < 2:
        return None
    if any(sum(len(word.text) for word in cell) > _LONGEST_CELL for cell in by_area.values()):
        return None
    cells = _cells(areas, by_area)
    if len(cells) < 2:
        return None
    box = grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1]
    return FoundTable(box, cells, list(zip(grid.xs, grid.xs[1:], strict=False)), ruled=True)


def _areas(grid: _Grid) -> list[list[tuple[int, int]]]:
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


def _cells(areas: list[list[tuple[int, int]]], words: dict[tuple[int, int], list[Word]]) -> list[list[Cell]]:
    rows = []
    for number, row in enumerate(areas):
        cells = []
        for column, area in enumerate(row):
            if area == (number, column):
                across = sum(other == area for other in row)
                down = sum(other[column] == area for other in areas)
                cells.append(Cell(cell_text(words.get(area, [])), across, down))
        rows.append(cells)
    return rows
