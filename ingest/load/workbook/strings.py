"""Texts of cells and notes, which may have runs of several looks."""

import re
from typing import Literal

from ingest.load.runs import Run, run_text
from ingest.load.workbook.events import Attributes, read_events

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a character that XML does not allow
_SHIFTS: dict[str, Literal["sup", "sub"]] = {"superscript": "sup", "subscript": "sub"}
_OFF = frozenset(("0", "false"))


class RichText:
    """Collects the events within an element that holds a text: si, is, text. Readings beside the text are left out."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._pieces: list[str] = []
        self._in_text = False
        self._readings = 0
        self._struck = False
        self._shift: Literal["", "sup", "sub"] = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "t":
            self._in_text = not self._readings
        elif name == "r":
            self._struck, self._shift = False, ""
        elif name == "strike":
            self._struck = attributes.get("val", "1") not in _OFF
        elif name == "vertAlign":
            self._shift = _SHIFTS.get(attributes.get("val", ""), "")
        elif name == "rPh":
            self._readings += 1

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._readings -= 1
        elif name == "r" and self._pieces:
            self._runs.append(Run("".join(self._pieces), struck=self._struck, shift=self._shift))
            self._pieces.clear()
            self._struck, self._shift = False, ""

    def data(self, text: str) -> None:
        """Text between the tags."""
        if self._in_text:
            self._pieces.append(text)

    def take(self) -> str:
        """The text collected; the next begins."""
        runs, pieces = self._runs, self._pieces
        if not runs:
            text = "".join(pieces)
        elif any(run.struck or run.shift for run in runs):
            text = run_text([*runs, Run("".join(pieces))])
        else:
            text = "".join([*(run.text for run in runs), *pieces])
        self._runs, self._pieces = [], []
        return unescaped(text)


def unescaped(text: str) -> str:
    """Text with the characters that the file escapes as _x000A_."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def shared_strings(content: bytes) -> tuple[list[str], bool]:
    """(the texts that cells refer to by number, whether all of them could be read)."""
    reader = _SharedStrings()
    complete = read_events(content, reader)
    return reader.strings, complete


class _SharedStrings(RichText):
    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.strings.append(self.take())
