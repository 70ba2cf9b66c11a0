"""The pages of a PDF become marked text: paragraphs, headings and tables that go on over pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.load.extracted import heading_mark, unmarked
from ingest.load.pdf_furniture import without_furniture
from ingest.load.pdf_headings import Headings, body_size
from ingest.load.pdf_page import PageContent
from ingest.load.pdf_paragraphs import Block, Paragraph, blocks, goes_on
from ingest.load.pdf_table import FoundTable
from ingest.load.table_heads import WINDOW, column_names, head_of, is_title
from ingest.load.tables import laid_out, table_text

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": ""}
)
_SOFT_BREAK = re.compile("(?<=\\w)[\ufffe\x02]\\s*")  # PDFium's mark for a word divided at a line's end
_CAPTION = re.compile(
    r"^(?:table|tab\.|tabelle|tableau|tabla|tabela|tabella|taulukko|tabell|tabel|tabulka|таблица|табл\.|πίνακας|表|جدول)"
    r"\s*[\dA-Z.(–-]",
    re.IGNORECASE,
)
_LONGEST_CAPTION = 300  # characters
_APART = 0.6  # of a column's width, by which the columns of two parts of a table may lie apart

Grid = list[list[str]]


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """The text of a page, with marks for headings and tables."""

    text: str
    goes_on: bool  # with the last sentence of the page before


def marked_pages(pages: Sequence[PageContent]) -> list[MarkedPage]:
    """The text of every page."""
    size = body_size(item for page in pages for region in page.regions for item in region)
    kept = without_furniture([(page.height, page.regions) for page in pages], size)
    by_page = [blocks(regions) for regions in kept]
    headings = Headings([block for page in by_page for block in page if isinstance(block, Paragraph)], size)
    tables = _Tables()
    marked: list[MarkedPage] = []
    before: Block | None = None
    for page, own in zip(pages, by_page, strict=True):
        first = own[0] if own else None
        continued = isinstance(before, Paragraph) and isinstance(first, Paragraph) and goes_on(before, first)
        marked.append(MarkedPage(_page_text(page, own, headings, tables), continued))
        before = own[-1] if own and not page.text and not page.notes else None
    return marked


def _page_text(page: PageContent, own: Sequence[Block], headings: Headings, tables: "_Tables") -> str:
    text = ""
    left_out = _captions(own)
    for number, block in enumerate(own):
        if isinstance(block, FoundTable):
            caption = own[left_out[number]] if number in left_out else None
            above = " ".join(caption.text.split()) if isinstance(caption, Paragraph) else ""
            marked = tables.text(block, above, first=number == 0)
            text += f"\n\n{marked}"
            tables.last = block if number == len(own) - 1 else None
        elif number not in left_out.values():
            level = headings.level(block)
            mark = heading_mark(level) if level else ""
            text += ("\n\n" if block.apart or mark else "\n") + mark + _unmarked(block.text, line=bool(mark))
    if not own or not isinstance(own[-1], FoundTable):
        tables.last = None
    parts = (text.strip("\n"), running_text(page.text), unmarked("\n".join(page.notes)))
    return "\n\n".join(part for part in parts if part.strip())


def _unmarked(text: str, *, line: bool) -> str:
    text = unmarked(text.translate(_LIGATURES))
    return text.replace("-\n", "-").replace("\n", " ") if line else text


def running_text(text: str) -> str:
    """Text as PDFium or a recogniser gives it, with its own line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LIGATURES)
    return unmarked(_SOFT_BREAK.sub("-\n", text)).strip("\n")


def _captions(own: Sequence[Block]) -> dict[int, int]:
    """Index of a table -> index of the paragraph right above or below it that is its caption."""
    found: dict[int, int] = {}
    for number, block in enumerate(own):
        if not isinstance(block, FoundTable):
            continue
        for other in (number - 1, number + 1):
            if 0 <= other < len(own) and other not in found.values() and _is_caption(own[other]):
                found[number] = other
                break
    return found


def _is_caption(block: Block) -> bool:
    return isinstance(block, Paragraph) and len(block.text) <= _LONGEST_CAPTION and bool(_CAPTION.match(block.text))


class _Tables:
    """Tables in order, so that one can go on with the columns of the one before."""

    def __init__(self) -> None:
        self.last: FoundTable | None = None  # the table that ended the page before
        self._head: Grid = []  # first rows of the table that goes on
        self._names: list[str] = []
        self._caption = ""

    def text(self, table: FoundTable, caption: str, *, first: bool) -> str:
        """The marked text of a table; first: nothing stands above it on its page."""
        grid = [[" ".join(cell.translate(_LIGATURES).split()) for cell in row] for row in laid_out(table.rows)]
        grid = [row for row in grid if any(row)]
        if not (first and not caption and self.last is not None and _same_columns(self.last, table)):
            self._head, self._names = _head(grid, table.name_rows)
            self._caption = caption
            return table_text(grid, caption=caption, name_rows=table.name_rows)
        rest = grid[_repeated(self._head, grid) :]
        return table_text(rest, caption=self._caption, caption_shown=True, names=self._names, name_rows=0)


def _head(grid: Grid, name_rows: int | None) -> tuple[Grid, list[str]]:
    """(first rows up to the names, names of the columns), as table_text() understands them."""
    if name_rows is None:
        head = head_of(grid[:WINDOW])
        above, last = head.above, head.above + head.names
    else:
        above, last = 0, min(name_rows, len(grid) - 1)
        while above < last and is_title(grid[above]):
            above += 1
    return grid[:last], column_names(grid[above:last], spread=name_rows is None)


def _same_columns(one: FoundTable, other: FoundTable) -> bool:
    if len(one.columns) != len(other.columns):
        return False
    return all(
        abs((a[0] + a[1]) - (b[0] + b[1])) / 2 <= _APART * max(a[1] - a[0], b[1] - b[0], 12)
        for a, b in zip(one.columns, other.columns, strict=True)
    )


def _repeated(head: Grid, grid: Grid) -> int:
    """How many rows of the header stand again at the beginning of a table's next part."""
    count = 0
    while count < min(len(head), len(grid)) and head[count] == grid[count]:
        count += 1
    return count
