"""Where the reading of an OpenDocument story is within nested lists, tables and boxes."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.load.odf.lines import Note, Step
from ingest.load.odf.lists import Counts
from ingest.load.odf.names import DC, META, OFFICE, PRESENTATION, TABLE, TEXT
from ingest.load.odf.package import Element
from ingest.load.odf.tables import Row
from ingest.load.ooxml.lists import Lists

TAG = re.compile(r"<[^>]*>")
COMPARED = 200  # characters of a paragraph that may be a line of the table of contents
CONTENTS = frozenset(TEXT + name for name in ("table-of-content", "illustration-index", "table-index", "object-index"))
UNREAD = frozenset(
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
class Item:
    """An item of a list whose marker is not written yet."""

    start: int | None


@dataclass(slots=True)
class OpenList:
    """An open list."""

    counts: Counts
    style: str
    level: int
    item: Item | None = None


@dataclass(slots=True)
class State:
    """Where the reading is within nested containers."""

    lists: Lists
    cells: int = 0  # table cells around it
    notes: int = 0  # notes around it
    open: list[OpenList] = field(default_factory=list)
    after_table: list[Step] = field(default_factory=list)  # notes to what stands in the table


@dataclass(frozen=True, slots=True)
class Box:
    """A container with paragraphs and lists of its own."""

    element: Element


@dataclass(slots=True)
class Frame:
    """A container whose steps are being read."""

    steps: Iterator[Step]
    close: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class CellStep:
    element: Element
    is_header: bool


def boxed(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps with the containers among them as boxes."""
    for step in steps:
        yield step if isinstance(step, str | Note) or step.tag == TABLE + "table" else Box(step)


def in_head(found: Sequence[Row]) -> Iterator[Step]:
    """The rows of a table, those that its author marked as its header in a head."""
    head = next((index for index, row in enumerate(found) if not row.is_header), 0)
    if head:
        yield "<thead>"
        yield from found[:head]
        yield "</thead>"
    yield from found[head:]
