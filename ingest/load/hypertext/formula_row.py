"""Parts of a formula side by side, with spaces around operators and between operands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

LARGE = "∑∏∐∫∬∭∮⋃⋂⋁⋀"  # operators before what they range over
_OPEN, _CLOSE = tuple("([{⟨⌊⌈⟦"), tuple(")]}⟩⌋⌉⟧")
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b"))
_TIGHT = tuple("|‖/!′″'%^_.°")  # operators without spaces
_BEFORE_OPERAND = tuple("/^_.")  # of these, those that an operand follows
_SIMPLE = re.compile(r"[^\W_]+(?:[.,]\d+)?|\S|\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Part:
    """The text of an element of a formula."""

    text: str
    tag: str


def in_a_row(parts: Iterable[Part]) -> str:
    """The parts as one line."""
    line = _Line()
    for part in parts:
        line.add(part)
    return " ".join("".join(line.pieces).split())


def grouped(text: str) -> str:
    """A part in parentheses, unless it is a single value."""
    return text if _SIMPLE.fullmatch(text) else f"({text})"


@dataclass(slots=True)
class _Line:
    pieces: list[str] = field(default_factory=list)
    operand: bool = False  # whether one stands before, so that a minus is one between two

    def add(self, part: Part) -> None:
        """Append a part."""
        text = part.text
        if part.tag == "mo" or text in (*_OPEN, *_CLOSE):
            self._add_operator(text.translate(_INVISIBLE))
            return
        last = self.pieces[-1] if self.pieces else ""
        if not text.strip():
            self.pieces += [" "] if part.tag == "mtext" else []
            return
        if part.tag == "mtable" and last in _OPEN and text[0] == "[":
            text = text[1:-1]
        if self.operand and not last.endswith(" ") and not (text[0] in _OPEN and part.tag in ("mfenced", "mrow")):
            self.pieces.append(" ")
        self.pieces.append(text)
        self.operand = True

    def _add_operator(self, text: str) -> None:
        if not text:
            return
        if text in _OPEN:
            self._append(text, operand=False)
        elif text in _CLOSE:
            self._close_up()
            self._append(text, operand=True)
        elif text in (",", ";"):
            self._close_up()
            self._append(text + " ", operand=False)
        elif text in _TIGHT:
            self.pieces += [text]
            self.operand = self.operand and text not in _BEFORE_OPERAND
        elif text[0] in LARGE or text[0].isalnum() or self.operand:
            self._append(f" {text} ", operand=False)
        else:
            self._append(text, operand=False)  # a sign

    def _append(self, text: str, *, operand: bool) -> None:
        self.pieces.append(text)
        self.operand = operand

    def _close_up(self) -> None:
        """Remove the space before a closing sign."""
        if self.pieces:
            self.pieces[-1] = self.pieces[-1].rstrip()
