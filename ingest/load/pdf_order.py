"""The reading order of a PDF page: its lines of text and its tables, column by column."""

from collections.abc import Sequence

from ingest.load.pdf_aligned import aligned_tables
from ingest.load.pdf_bands import Band, Item, bands, edges, gaps, healed, middle
from ingest.load.pdf_columns import gutter
from ingest.load.pdf_drawings import Drawings
from ingest.load.pdf_lines import Run, run_of, runs
from ingest.load.pdf_ruled import ruled_tables
from ingest.load.pdf_table import Columns, FoundTable
from ingest.load.pdf_words import Word

_DEEPEST = 12  # parts within parts

Region = list[Item]  # items of one column, from the top


def page_regions(
    words: Sequence[Word],
    drawn: Drawings,
    carried: Columns = (),
    tagged: Sequence[tuple[FoundTable, list[Word]]] = (),
) -> list[Region]:
    """The columns of a page in reading order, each with its lines and tables from the top.

    carried: columns of the table that ends the page before. tagged: (table, its words) of tables that are known.
    """
    taken = {id(word) for _, inside in tagged for word in inside}
    ruled = ruled_tables([word for word in words if id(word) not in taken], drawn)
    taken |= {id(word) for _, inside in ruled for word in inside}
    items: list[Item] = [table for table, _ in (*tagged, *ruled)]
    items += runs(word for word in words if id(word) not in taken)
    return [region for region in _arranged(items, drawn, carried, 0) if region]


def _arranged(items: Sequence[Item], drawn: Drawings, carried: Columns, depth: int) -> list[Region]:
    page = bands(items)
    if all(len(band.items) == 1 for band in page) and not carried:
        return [[band.items[0] for band in page]]
    cut = gutter(page) if depth < _DEEPEST else None
    if cut is None:
        return _rows(page, drawn, carried, depth)
    inside = [item for band in page[cut.first : cut.last + 1] for item in band.items]
    left = [item for item in inside if edges(item)[0] + edges(item)[2] < 2 * cut.at]
    right = [item for item in inside if edges(item)[0] + edges(item)[2] >= 2 * cut.at]
    above = [item for band in page[: cut.first] for item in band.items]
    below = [item for band in page[cut.last + 1 :] for item in band.items]
    regions: list[Region] = []
    for part in (above, left, right, below):
        if part:
            regions += _arranged(part, drawn, carried if not regions else (), depth + 1)
    return regions


def _rows(page: Sequence[Band], drawn: Drawings, carried: Columns, depth: int) -> list[Region]:
    """A part without gutters: its tables without lines, and its other lines."""
    page = healed(page)
    regions: list[Region] = [[]]
    following = 0
    for first, last, table in aligned_tables(page, drawn, carried):
        for band in page[following:first]:
            _add(regions, band, drawn, depth)
        regions[-1].append(table)
        following = last + 1
    for band in page[following:]:
        _add(regions, band, drawn, depth)
    return regions


def _add(regions: list[Region], band: Band, drawn: Drawings, depth: int) -> None:
    """Add the lines of a band; what stands beside each other at different heights is read part by part."""
    if len(band.items) == 1:
        regions[-1].append(band.items[0])
        return
    size = middle([run.size for run in band.runs]) or 10.0
    if band.text_only and _is_line(band.runs, size):
        regions[-1].append(run_of([word for run in band.runs for word in run.words]))
        return
    white = gaps(band.items, 0.6 * size)
    if white and depth < _DEEPEST:
        at = max(white, key=lambda gap: gap[1] - gap[0])
        middle_of_gap = (at[0] + at[1]) / 2
        left = [item for item in band.items if edges(item)[2] <= middle_of_gap]
        right = [item for item in band.items if edges(item)[2] > middle_of_gap]
        for part in (left, right):
            regions += _arranged(part, drawn, (), depth + 1)
        regions.append([])
        return
    regions[-1] += sorted(band.items, key=lambda item: (edges(item)[1], edges(item)[0]))


def _is_line(items: Sequence[Run], size: float) -> bool:
    """Whether runs stand on one line."""
    return max(run.bottom for run in items) - min(run.bottom for run in items) < 0.6 * size


__all__ = ["FoundTable", "Region", "page_regions"]
