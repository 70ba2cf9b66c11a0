"""Documents with known tables and known prose, from which the made PDFs are printed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Style = Literal["grid", "rows", "booktabs", "zebra", "columns", "none"]
Origin = Literal["reportlab", "chromium", "docx", "xlsx", "pptx"]


@dataclass(frozen=True, slots=True)
class Span:
    """A cell that covers several columns or rows."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its author wrote it; covered cells are not in `rows`."""

    rows: Sequence[Sequence[str | Span]]
    style: Style = "grid"
    align: str = ""  # a letter for each column: l, c, r; "" is all l
    heads: int = 1  # header rows
    caption: str = ""
    widths: Sequence[float] = ()  # shares of the text width
    repeat: bool = True  # whether the header stands on every page
    size: float = 9.5  # points
    padding: float = 3  # points
    middle: bool = False  # cells are centred vertically


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks set in columns of text."""

    blocks: Sequence["Block"]
    count: int = 2


@dataclass(frozen=True, slots=True)
class Beside:
    """Two stacks of blocks side by side."""

    left: Sequence["Block"]
    right: Sequence["Block"]
    share: float = 0.5  # of the width for the left one


@dataclass(frozen=True, slots=True)
class Break:
    """The next page begins."""


Block = Table | Heading | Prose | Columns | Beside | Break


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A document of the set."""

    name: str
    origin: Origin
    blocks: Sequence[Block]
    head: str = ""  # running head
    foot: str = ""  # running foot; "#" stands for the page's number
    landscape: bool = False
    rotated: Literal["", "page", "text"] = ""  # text written upwards: shown upright by the page's rotation, or not
    right_to_left: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """ "ruled" when its tables have all their lines, else "aligned"; "prose" without tables."""
        styles = {table.style for table in tables_of(self.blocks)}
        if not styles:
            return "prose"
        return "ruled" if styles == {"grid"} else "aligned"


def flat(blocks: Sequence[Block]) -> list[Block]:
    """The blocks in reading order, without the ones that only arrange others."""
    result: list[Block] = []
    for block in blocks:
        if isinstance(block, Columns):
            result += flat(block.blocks)
        elif isinstance(block, Beside):
            result += flat(block.left) + flat(block.right)
        elif not isinstance(block, Break):
            result.append(block)
    return result


def tables_of(blocks: Sequence[Block]) -> list[Table]:
    """The tables in reading order."""
    return [block for block in flat(blocks) if isinstance(block, Table)]


def prose_of(blocks: Sequence[Block]) -> list[str]:
    """Headings and paragraphs in reading order."""
    return [block.text for block in flat(blocks) if isinstance(block, (Heading, Prose))]


_WHO = (
    "the harbour office",
    "a second pilot",
    "the board of the port",
    "every shipping agent",
    "the night watch",
    "our surveyor",
    "the tenant of the northern quay",
    "a crew of divers",
    "the customs officer",
    "the crane driver",
    "the insurer",
    "the council of fishermen",
)
_DOES = (
    "inspects",
    "records",
    "has postponed",
    "will replace",
    "reports on",
    "pays for",
    "objects to",
    "measures",
    "approved",
    "is responsible for",
    "cannot find",
    "recommends",
)
_WHAT = (
    "the mooring lines of the eastern basin",
    "a new set of rubber fenders",
    "the depth of the outer channel",
    "all cargo manifests of the previous week",
    "the lights along the breakwater",
    "a temporary bridge for pedestrians",
    "the water pumps in the old dry dock",
    "the fees that are due in spring",
    "an agreement with the neighbouring municipality",
    "the storage of dangerous goods",
)
_WHEN = (
    "before the ice melts",
    "whenever the wind turns west",
    "at the end of each quarter",
    "as soon as the permit arrives",
    "although the budget is exhausted",
    "because the tide is too low",
    "while the ferry is under repair",
    "after a meeting that lasted two days",
)


def paragraph(seed: int, sentences: int = 4) -> Prose:
    """A paragraph of made sentences, the same for the same seed."""
    rng = random.Random(seed)
    parts = []
    for number in range(sentences):
        who, what = rng.choice(_WHO), rng.choice(_WHAT)
        sentence = f"{who} {rng.choice(_DOES)} {what} {rng.choice(_WHEN)}"
        if rng.random() < 0.3:
            sentence += f", and {rng.choice(_WHO)} agrees"
        if number == 0:
            sentence = f"in note {seed} {sentence}"
        parts.append(sentence[0].upper() + sentence[1:] + ".")
    return Prose(" ".join(parts))
