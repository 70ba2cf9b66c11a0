"""What the part of a sheet says around its cells: merged ranges, links, rules for what is entered, margins of pages."""

from dataclasses import dataclass, field

from ingest.load.sheets.grid import MOST_COLUMNS, Range
from ingest.load.sheets.references import cell_range
from ingest.load.workbook.events import Attributes, attribute

_HEADERS = frozenset(f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer"))
_ON = frozenset(("1", "true"))
_MOST_MERGED = 200_000  # ranges of a sheet
_MOST_LISTED = 50_000  # links, and rules, of a sheet


@dataclass(slots=True)
class Link:
    """A link of a cell. relation: id of its address."""

    range: str
    relation: str


@dataclass(slots=True)
class Rule:
    """What may be entered into cells."""

    range: str = ""
    kind: str = ""
    choices: str = ""  # the formula of a list
    prompt: str = ""


@dataclass(slots=True)
class Surroundings:
    """Receives the elements of a sheet's part that are no cells. start, end: as of a reader of events."""

    merged: list[Range] = field(default_factory=list)
    merged_left_out: int = 0
    filtered: list[Range] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)  # oddHeader, ... -> code
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # (first, last)
    _rule: Rule | None = None  # that is being read

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "mergeCell":
            merged = cell_range(attributes.get("ref", ""))
            if merged is not None and len(self.merged) < _MOST_MERGED:
                self.merged.append(merged)
            else:
                self.merged_left_out += 1
        elif name == "col" and attributes.get("hidden") in _ON:
            columns = [_column(attributes.get(side, "")) for side in ("min", "max")]
            self.hidden_columns.append((columns[0], columns[1]))
        elif name == "autoFilter":
            filtered = cell_range(attributes.get("ref", ""))
            self.filtered += [filtered] if filtered is not None else []
        elif name == "hyperlink" and len(self.links) < _MOST_LISTED:
            self.links.append(Link(attributes.get("ref", ""), attribute(attributes, "id")))
        elif name == "dataValidation" and len(self.rules) < _MOST_LISTED:
            prompt = ": ".join(filter(None, (attributes.get("promptTitle"), attributes.get("prompt"))))
            self._rule = Rule(attributes.get("sqref", ""), attributes.get("type", ""), "", prompt)

    def end(self, name: str, text: str) -> None:
        """An element ends. text: that stood in it."""
        rule = self._rule
        if name in _HEADERS:
            self.headers.setdefault(name, text)
        elif rule is None:
            return
        elif name in ("formula1", "f"):  # the newer form has its formulas one level deeper
            rule.choices = rule.choices or text.strip()
        elif name == "sqref":
            rule.range = rule.range or text.strip()
        elif name == "dataValidation":
            self.rules.append(rule)
            self._rule = None


def _column(text: str) -> int:
    return min(max(int(text), 1), MOST_COLUMNS) - 1 if text.isdigit() and len(text) < 8 else 0
