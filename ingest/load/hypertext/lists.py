"""Markers of list items: bullets, and numbers as the list counts them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.load.extracted import unmarked
from ingest.load.hypertext.buffer import Buffer

_LARGEST = 100_000_000
_DEEPEST = 6  # levels of indentation
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_SMALL_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_STYLES = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i",
    "upper-roman": "I", "decimal": "1",
}  # fmt: skip


@dataclass(slots=True)
class OpenList:
    """A list whose items are being read."""

    ordered: bool
    form: str  # 1, a, A, i or I
    next: int
    step: int
    from_end: bool  # its numbers are known when it ends
    waiting: list[tuple[Buffer, int, str]] = field(default_factory=list)  # items of a list counted down from its end

    @classmethod
    def opened(cls, tag: str, attributes: Mapping[str, str]) -> "OpenList":
        """The list that a tag with these attributes begins."""
        down = tag == "ol" and "reversed" in attributes
        start = _integer(attributes.get("start"))
        form = attributes.get("type", "")
        for name, letter in _STYLES.items():
            if name in attributes.get("style", ""):
                form = letter
        first = 1 if start is None else start
        return cls(tag == "ol", form or "1", first, -1 if down else 1, down and start is None)

    def write_marker(self, buffer: Buffer, depth: int, value: str | None, marker: str | None) -> None:
        """Begin an item. depth: number of lists around this one; value: the number that the item states.

        marker: the item's number as it is shown, where our own loaders know it ("3.2", "(a)").
        """
        indent = "  " * min(depth, _DEEPEST)
        if not buffer.pieces or not buffer.pieces[-1].endswith("\n"):
            indent = "\n" + indent
        if marker:
            buffer.write(f"{indent}{unmarked(marker)} ", bullet=True)
            return
        if not self.ordered:
            buffer.write(f"{indent}- ", bullet=True)
            return
        stated = _integer(value)
        if stated is not None:
            self.next = stated
            self.from_end = False
        buffer.write(f"{indent}{numeral(self.next, self.form)}. ", bullet=True)
        if self.from_end:
            self.waiting.append((buffer, len(buffer.pieces) - 1, indent))
        self.next += self.step

    def finish(self) -> None:
        """Number the items of a list that is counted down from its end."""
        for back, (buffer, index, indent) in enumerate(reversed(self.waiting), start=1):
            buffer.pieces[index] = f"{indent}{numeral(back, self.form)}. "


def numeral(number: int, form: str) -> str:
    """A number as the list writes it."""
    if form in ("a", "A") and 0 < number < _LARGEST:
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("a") + rest) + letters
        return letters.upper() if form == "A" else letters
    if form in ("i", "I") and 0 < number < 4000:
        digits = ""
        for value, letter in (*_ROMAN, *_SMALL_ROMAN):
            digits += letter * (number // value)
            number %= value
        return digits.upper() if form == "I" else digits
    return str(number)


def _integer(text: str | None) -> int | None:
    text = (text or "").strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 9):
        return None
    return int(text)
