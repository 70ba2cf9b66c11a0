"""What all stories of one Word document share: its parts, styles, lists and notes, and what was left out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.load.ooxml.charts import chart_html
from ingest.load.ooxml.diagrams import diagram_html
from ingest.load.ooxml.package import Package
from ingest.load.word.notes import Notes
from ingest.load.word.numbering import Numbering
from ingest.load.word.styles import Styles

_EQUATIONS = ("equation", "mathtype")  # programs whose objects draw an equation


@dataclass(slots=True)
class Word:
    """A Word document that is being read."""

    package: Package
    main: str  # name of the body's part
    styles: Styles
    numbering: Numbering
    notes: Notes
    chunk: Callable[[str, str], str]  # (part, id of what it refers to) -> HTML of a document within this one
    titled: bool = False  # whether a title was read, below which all headings stand
    contents: list[str] = field(default_factory=list)  # lines of tables of contents
    lines: set[str] = field(default_factory=set)  # letters of the short paragraphs
    shown: set[str] = field(default_factory=set)  # parts with charts, diagrams and inner documents that were read
    left_out: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str, times: int = 1) -> None:
        """Something was left out."""
        if times:
            self.left_out[kind] += times

    def graphic(self, part: str, relation: str, kind: str) -> str:
        """A chart or diagram that a part shows, as HTML."""
        target = self.package.relations(part).get(relation)
        if target is None or target.external:
            self.count(kind)
            return ""
        if target.target in self.shown:
            return ""  # a hostile file shows the same large chart thousands of times
        self.shown.add(target.target)
        read = chart_html if kind == "chart" else diagram_html
        return read(self.package, target.target)

    def embedded(self, program: str) -> None:
        """An embedded object: those that draw equations are counted; the others become documents of their own."""
        if program.lower().startswith(_EQUATIONS):
            self.count("equation object")
