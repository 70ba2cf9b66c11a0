"""Formulas in MathML as one line: "x = (−b ± √(b^2 − 4 a c))/(2 a)".

The formula is read as a stream: each element becomes text when it ends. Elements nested deeper than `_DEEPEST` add
their text to the last one above them, so that time stays linear.
"""

from collections.abc import Mapping

from ingest.load.hypertext.formula_elements import PLACES, TOKENS, Element, text_of
from ingest.load.hypertext.formula_row import Part, in_a_row

_DEEPEST = 100


class Formula:
    """Receives the events within a math element and gives its text."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self._stack = [Element("math", attributes)]
        self._deeper = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if len(self._stack) >= _DEEPEST:
            self._deeper += 1
        else:
            self._stack.append(Element(tag.rpartition(":")[2], attributes))

    def end(self, _tag: str) -> None:
        """A tag closes."""
        if self._deeper:
            self._deeper -= 1
        elif len(self._stack) > 1:
            element = self._stack.pop()
            text = text_of(element)
            above = self._stack[-1]
            if not text and not element.parts and above.tag == "apply" and not above.parts:
                text = element.tag  # a function, named by its element
            if text or element.tag in PLACES:
                above.parts.append(Part(text, element.tag))

    def data(self, data: str) -> None:
        """Text within the formula."""
        top = self._stack[-1]
        if self._deeper and data.strip():
            top.parts.append(Part(" ".join(data.split()), "mi"))
            top.deep = True
        elif top.tag in TOKENS:
            top.texts.append(data)
        elif data.strip():
            top.parts.append(Part(" ".join(data.split()), "mtext"))

    def text(self) -> str:
        """The formula as one line."""
        while len(self._stack) > 1:
            self._deeper = 0
            self.end("")
        root = self._stack[0]
        return in_a_row(root.parts) or " ".join(root.attributes.get("alttext", "").split())
