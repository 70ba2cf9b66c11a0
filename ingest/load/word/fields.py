"""Fields of a Word document: their results are text, their codes are not."""

import re
from dataclasses import dataclass, field

from ingest.load.margins import PAGE_MARK
from ingest.load.ooxml.names import W
from ingest.load.ooxml.package import Element, number, switched_on
from ingest.load.ooxml.symbols import symbol

_PAGES = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
_CONTENTS = frozenset(("TOC",))
_CHECKED, _UNCHECKED = "☑", "☐"
_MOST_CODE = 20_000  # characters of a field's code that are looked at
_SYMBOL = re.compile(r"^\s*SYMBOL\s+(0x[0-9a-f]{1,6}|\d{1,6})(?:.*?\\f\s*\"?([^\"\\]*))?", re.IGNORECASE)
_SEQUENCE = re.compile(r"^\s*SEQ\s+\"?(\w+)", re.IGNORECASE)
_EQUATION = re.compile(r"\\([a-z])((?:\\[a-z]{1,3}\d*|[\s\"])*)\(([^()\\]*)\)", re.IGNORECASE)
_MOST_EQUATIONS = 50  # parts within one another
_OPENED, _CLOSED = "\ue010", "\ue011"  # brackets of parts that are written, unlike those of the code


@dataclass(slots=True)
class _Field:
    data: Element | None  # what a form field stores
    code: list[str] = field(default_factory=list)
    has_result: bool = False
    wrote: bool = False  # whether its result has any text
    unread: list[str] = field(default_factory=list)  # text that stands where the code is

    @property
    def keyword(self) -> str:
        words = "".join(self.code[:20]).split(None, 1)
        return words[0].upper() if words else ""


class Fields:
    """The fields that are open at one point of a story; they may be nested and span paragraphs."""

    def __init__(self, *, marks_pages: bool = False) -> None:
        self._open: list[_Field] = []
        self._codes = 0  # open fields whose code is being read
        self._contents = 0  # open tables of contents
        self._marks_pages = marks_pages
        self.sequence = ""  # what the last numbering of captions counted, such as "Figure"
        self.unnumbered = 0  # automatic numbers that the file does not store

    @property
    def in_code(self) -> bool:
        """Whether what is read is a code, which nobody sees."""
        return self._codes > 0

    @property
    def in_contents(self) -> bool:
        """Whether what is read is a table of contents."""
        return self._contents > 0

    def begin(self, data: Element | None = None) -> None:
        """A field's code begins."""
        self._open.append(_Field(data))
        self._codes += 1

    def code(self, text: str) -> None:
        """A piece of a code."""
        if self._open and not self._open[-1].has_result and len(self._open[-1].code) < _MOST_CODE:
            self._open[-1].code.append(text[:_MOST_CODE])

    def unread(self, text: str) -> None:
        """Text where a code stands."""
        if self._open:
            self._open[-1].unread.append(text)

    def wrote(self) -> None:
        """Text of a result was written."""
        if self._open:
            self._open[-1].wrote = True

    def separate(self) -> str:
        """A code ends and its result begins; returns text to write before the result."""
        if not self._open or self._open[-1].has_result:
            return ""
        top = self._open[-1]
        top.has_result = True
        self._codes -= 1
        if top.keyword in _CONTENTS:
            self._contents += 1
        if match := _SEQUENCE.match("".join(top.code)):
            self.sequence = match.group(1)
        return PAGE_MARK if self._marks_pages and top.keyword in _PAGES else ""

    def end(self) -> str:
        """A field ends; returns text to write after the result, or in its place when the file stores none."""
        if not self._open:
            return ""
        top = self._open.pop()
        if not top.has_result:
            self._codes -= 1
        elif top.keyword in _CONTENTS:
            self._contents -= 1
        if self._open and top.wrote:
            self._open[-1].wrote = True
        if top.has_result and self._marks_pages and top.keyword in _PAGES:
            return PAGE_MARK
        return "" if top.wrote else self._without_result(top)

    def left_open(self) -> str:
        """The text that stood where a code seemed to be, when the story ends within one."""
        return "".join(text for one in self._open if not one.has_result for text in one.unread)

    def _without_result(self, one: _Field) -> str:
        code, keyword = "".join(one.code), one.keyword
        if one.data is not None and (stored := _stored(one.data)):
            return stored
        if keyword == "MACROBUTTON":
            return code.split(None, 2)[2] if len(code.split(None, 2)) > 2 else ""
        if keyword == "EQ":
            return _equation(code.strip()[2:])
        if keyword == "SYMBOL" and (match := _SYMBOL.match(code)):
            return symbol(int(match.group(1), 0), (match.group(2) or "").strip())
        if keyword.startswith(("AUTONUM", "LISTNUM")):
            self.unnumbered += 1
        return ""


def _stored(data: Element) -> str:
    """What a form field holds: a ticked or empty box, the chosen entry, the preset text."""
    box, choice, text = data.find(W + "checkBox"), data.find(W + "ddList"), data.find(W + "textInput")
    if box is not None:
        state = box.find(W + "checked")
        state = state if state is not None else box.find(W + "default")
        return _CHECKED if switched_on(state, W + "val") else _UNCHECKED
    if choice is not None:
        entries = [entry.get(W + "val", "") for entry in choice.iterchildren(W + "listEntry")]
        result = choice.find(W + "result")
        result = result if result is not None else choice.find(W + "default")
        place = number(result.get(W + "val")) if result is not None else 0
        return entries[place] if 0 <= place < len(entries) else ""
    preset = text.find(W + "default") if text is not None else None
    return (preset.get(W + "val") or "") if preset is not None else ""


def checkbox(element: Element) -> str:
    """The box that a content control of this kind shows."""
    state = next((one for one in element if one.tag.endswith("}checked")), None)
    value = next(iter(state.attrib.values()), "1") if state is not None else "0"
    return _CHECKED if value not in ("0", "false", "off") else _UNCHECKED


def _equation(code: str) -> str:
    r"""The text of a field that draws an equation: \f(1,2) is 1/2."""
    for _ in range(_MOST_EQUATIONS):
        code, changes = _EQUATION.subn(_drawn, code)
        if not changes:
            break
    return code.strip().replace(_OPENED, "(").replace(_CLOSED, ")")


def _drawn(match: re.Match[str]) -> str:
    kind, options, inside = match.group(1).lower(), match.group(2), match.group(3)
    parts = [part.strip() for part in re.split("[,;]", inside)]
    if kind == "f" and len(parts) == 2:
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if kind == "r":
        return (
            f"root {parts[0]} of √{_grouped(parts[1])}" if len(parts) == 2 and parts[0] else f"√{_grouped(parts[-1])}"
        )
    if kind == "s":
        return ("_" if "do" in options.lower() else "^") + _grouped(inside.strip())
    if kind == "b":
        return _OPENED + ", ".join(parts) + _CLOSED
    return "".join(parts) if kind in "ox" else ", ".join(parts)


def _grouped(text: str) -> str:
    return text if text.isalnum() else f"{_OPENED}{text}{_CLOSED}"
