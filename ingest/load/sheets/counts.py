"""What of a workbook was left out or reads differently than it looks, as warnings for people."""

from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_CELLS = 2_000_000  # of all sheets of a workbook
_NAMED = 10  # sheets named in a warning


@dataclass(slots=True)
class Counts:
    """Counts of all sheets."""

    unstored: int = 0  # formulas without a result
    unseen: int = 0  # numbers that their format hides
    merged: int = 0  # merged ranges that were not laid out
    covered: int = 0  # cells with a text that others cover
    macro_sheets: int = 0
    pivots: int = 0  # pivot tables that keep source data of another file
    hidden: list[str] = field(default_factory=list)  # "name (2 rows, 1 column)"
    too_large: list[str] = field(default_factory=list)  # names of sheets

    def add_hidden(self, sheet: str, rows: int, columns: int) -> None:
        """Note the hidden rows and columns of a sheet."""
        parts = [
            f"1 {noun}" if number == 1 else f"{number} {noun}s"
            for number, noun in ((rows, "row"), (columns, "column"))
            if number
        ]
        if parts:
            self.hidden.append(f"{sheet} ({', '.join(parts)})")

    def warnings(self) -> Iterator[str]:
        """A sentence for each."""
        if self.unstored:
            formulas = "1 formula has" if self.unstored == 1 else f"{self.unstored} formulas have"
            yield (
                f"{formulas} no stored result, so the formula itself was read. Open the file in a spreadsheet program "
                "and save it to store the results."
            )
        if self.unseen:
            numbers = "1 number is" if self.unseen == 1 else f"{self.unseen} numbers are"
            yield f"{numbers} hidden by the number format; they were read all the same."
        if self.hidden:
            yield f"Hidden parts of sheets were read too: {'; '.join(self.hidden[:_NAMED])}."
        for name in self.too_large[:_NAMED]:
            yield f"Sheet {name} has more than {MOST_CELLS:,} cells; the rest was not read."
        for number, one, several, what in (
            (self.merged, "merged range", "merged ranges", "not laid out"),
            (self.covered, "covered cell with text", "covered cells with text", "left out"),
            (self.pivots, "pivot table's data from another file", "pivot tables' data from other files", "left out"),
            (self.macro_sheets, "sheet of macros or dialogs", "sheets of macros or dialogs", "left out"),
        ):
            if number:
                yield f"1 {one} was {what}." if number == 1 else f"{number} {several} were {what}."
