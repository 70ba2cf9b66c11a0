"""Formulas in MathML as one line: "x = (−b ± √(b^2 − 4 a c))/(2 a)".

The formula is read as a stream: each element becomes text when it ends. Elements nested deeper than `_DEEPEST` add
their text to the last one above them, so that time stays linear.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_DEEPEST = 100
_TOKENS = frozenset(("mi", "mn", "mo", "mtext", "ms", "ci", "cn", "csymbol", "annotation"))
_OPEN, _CLOSE = "([{⟨⌊⌈⟦", ")]}⟩⌋⌉⟧"
_INVISIBLE = "\u2061\u2062\u2063\u2064\u200b"
_TIGHT = "|‖/!′″'%^_.°"  # operators without spaces
_LARGE = "∑∏∐∫∬∭∮⋃⋂⋁⋀"
_ATTACHED = {"′": "′", "″": "″", "'": "′", "∘": "°", "°": "°", "*": "*", "†": "†"}
_ACCENTS = {
    "¯": "\u0304", "‾": "\u0304", "_": "\u0304", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303",
    "→": "\u20d7", "⃗": "\u20d7", "˙": "\u0307", ".": "\u0307", "¨": "\u0308",
}  # fmt: skip
_APPLIED = {
    "plus": " + ", "minus": " − ", "times": " · ", "divide": "/", "power": "^", "eq": " = ", "neq": " ≠ ",
    "lt": " < ", "gt": " > ", "leq": " ≤ ", "geq": " ≥ ",
}  # fmt: skip
_SIMPLE = re.compile(r"[^\W_]+(?:[.,]\d+)?|\S|\([^()]*\)")


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: Mapping[str, str]
    texts: list[str] = field(default_factory=list)  # of a token
    parts: list["_Part"] = field(default_factory=list)  # of its children


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    tag: str  # of the element it comes from


class Formula:
    """Receives the events within a math element and gives its text."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self._stack = [_Element("math", attributes)]
        self._deeper = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if len(self._stack) >= _DEEPEST:
            self._deeper += 1
        else:
            self._stack.append(_Element(tag.rpartition(":")[2], attributes))

    def end(self, _tag: str) -> None:
        """A tag closes."""
        if self._deeper:
            self._deeper -= 1
        elif len(self._stack) > 1:
            element = self._stack.pop()
            text = _text(element)
            above = self._stack[-1]
            if not text and not element.parts and above.tag == "apply" and not above.parts:
                text = element.tag  # a function, named by its element
            if text or element.tag in _PLACES:
                above.parts.append(_Part(text, element.tag))

    def data(self, data: str) -> None:
        """Text within the formula."""
        top = self._stack[-1]
        if self._deeper and data.strip():
            top.parts.append(_Part(" ".join(data.split()), "mi"))
        elif top.tag in _TOKENS:
            top.texts.append(data)
        elif data.strip():
            top.parts.append(_Part(" ".join(data.split()), "mtext"))

    def text(self) -> str:
        """The formula as one line."""
        while len(self._stack) > 1:
            self._deeper = 0
            self.end("")
        root = self._stack[0]
        return _row(root.parts) or " ".join(root.attributes.get("alttext", "").split())


def _text(element: _Element) -> str:
    if element.tag in _TOKENS:
        text = "".join(element.texts)
        if element.parts:
            text += _row(element.parts)
        return f'"{text}"' if element.tag == "ms" else " ".join(text.split()) or (" " if element.tag == "mtext" else "")
    write = _WRITERS.get(element.tag)
    if write:
        return write(element, [part.text for part in element.parts])
    if not element.parts and element.tag in _APPLIED:
        return _APPLIED[element.tag]
    return _row(element.parts)


# ------------------------------------------------------------------------------------------------------- rows of parts


def _row(parts: Sequence[_Part]) -> str:
    """Parts side by side, with spaces around operators and between operands."""
    line = ""
    operand = False  # whether an operand stands before, so that a minus is one between two
    for part in parts:
        text = part.text
        if part.tag == "mo" or (len(text) == 1 and text in _OPEN + _CLOSE):
            line, operand = _operator(line, text, operand)
            continue
        if not text.strip():
            line += " " if part.tag == "mtext" and not line.endswith(" ") else ""
            continue
        text = text[1:-1] if part.tag == "mtable" and line[-1:] in tuple(_OPEN) and text[0] == "[" else text
        if operand and not line.endswith(" ") and not (text[0] in _OPEN and part.tag in ("mfenced", "mrow")):
            line += " "
        line += text
        operand = True
    return " ".join(line.split())


def _operator(line: str, text: str, operand: bool) -> tuple[str, bool]:
    """(the line with an operator, whether an operand now stands before)."""
    text = "".join(character for character in text if character not in _INVISIBLE)
    if not text:
        return line, operand
    if text in tuple(_OPEN):
        return line + text, False
    if text in tuple(_CLOSE):
        return line.rstrip() + text, True
    if text in (",", ";"):
        return line.rstrip() + text + " ", False
    if text[0] in _LARGE or text[0].isalnum():
        return f"{line.rstrip()} {text} " if line else f"{text} ", False
    if text in tuple(_TIGHT):
        return line.rstrip() + text if operand else line + text, operand and text not in tuple("/^_.")
    if not operand:  # a sign
        return line + text, False
    return f"{line.rstrip()} {text} ", False


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


# -------------------------------------------------------------------------------------------------- one kind of element


def _at(texts: Sequence[str], index: int) -> str:
    return texts[index] if index < len(texts) else ""


def _fraction(element: _Element, texts: list[str]) -> str:
    upper, lower = _at(texts, 0), _at(texts, 1)
    if element.attributes.get("linethickness", "").strip() in ("0", "0px", "0pt"):
        return f"({upper} choose {lower})"
    return f"{_grouped(upper)}/{_grouped(lower)}"


def _power(_element: _Element, texts: list[str]) -> str:
    return _base(_at(texts, 0)) + _upper(_at(texts, 1))


def _index(_element: _Element, texts: list[str]) -> str:
    return _base(_at(texts, 0)) + _lower(_at(texts, 1))


def _index_and_power(_element: _Element, texts: list[str]) -> str:
    return _base(_at(texts, 0)) + _lower(_at(texts, 1)) + _upper(_at(texts, 2))


def _over(_element: _Element, texts: list[str]) -> str:
    base, over = _at(texts, 0), _at(texts, 1)
    if len(base) == 1 and over in _ACCENTS:
        return base + _ACCENTS[over]
    return base if over in _ACCENTS or not any(map(str.isalnum, over)) else _base(base) + _upper(over)


def _under(_element: _Element, texts: list[str]) -> str:
    base, under = _at(texts, 0), _at(texts, 1)
    return _base(base) + _lower(under) if any(map(str.isalnum, under)) else base


def _base(text: str) -> str:
    return text if text[:1] in _LARGE or text.isalpha() or not text else _grouped(text)


def _upper(text: str) -> str:
    if text in _ATTACHED:
        return _ATTACHED[text]
    return f"^{_script(text)}" if text else ""


def _lower(text: str) -> str:
    return f"_{_script(text)}" if text else ""


def _script(text: str) -> str:
    return text if re.fullmatch(r"[+\-−]?[^\W_]+|[+\-−∗*]", text) else _grouped(text)


def _root(_element: _Element, texts: list[str]) -> str:
    base, degree = _at(texts, 0), _at(texts, 1)
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree, f"root_{_script(degree)} ")
    return sign + _grouped(base)


def _square_root(element: _Element, _texts: list[str]) -> str:
    return "√" + _grouped(_row(element.parts))


def _fenced(element: _Element, texts: list[str]) -> str:
    before, after = element.attributes.get("open", "("), element.attributes.get("close", ")")
    separators = element.attributes.get("separators", ",").split() or [""]
    line = ""
    for number, text in enumerate(texts):
        between = separators[min(number, len(separators)) - 1] if number else ""
        line += (f"{between} " if between else "") + text
    inner = line[1:-1] if len(texts) == 1 and element.parts[0].tag == "mtable" and line[:1] == "[" else line
    return f"{before.strip()}{inner}{after.strip()}"


def _matrix(_element: _Element, texts: list[str]) -> str:
    rows = [text for text in texts if text]
    return f"[{'; '.join(rows)}]" if any("," in row for row in rows) else "; ".join(rows)


def _cells(_element: _Element, texts: list[str]) -> str:
    return ", ".join(text for text in texts if text)


def _scripts(element: _Element, texts: list[str]) -> str:
    tags = [part.tag for part in element.parts]
    cut = tags.index("mprescripts") if "mprescripts" in tags else len(texts)
    before, after = texts[cut + 1 :], texts[1:cut]
    return _script_pairs(before) + _base(_at(texts, 0)) + _script_pairs(after)


def _script_pairs(texts: Sequence[str]) -> str:
    return "".join(_lower(text) if number % 2 == 0 else _upper(text) for number, text in enumerate(texts))


def _nothing(_element: _Element, _texts: list[str]) -> str:
    return ""


def _enclosed(element: _Element, _texts: list[str]) -> str:
    text, notation = _row(element.parts), element.attributes.get("notation", "longdiv")
    if "strike" in notation:
        return f"[struck out: {text}]"
    return "√" + _grouped(text) if "radical" in notation else text


def _semantics(element: _Element, texts: list[str]) -> str:
    """The shown form; the annotation where the shown one holds no letter or digit."""
    shown = [part.text for part in element.parts if not part.tag.startswith("annotation")]
    text = " ".join(shown)
    return text if any(map(str.isalnum, text)) or not texts else next((t for t in texts if t.strip()), text)


def _action(element: _Element, texts: list[str]) -> str:
    chosen = element.attributes.get("selection", "1")
    stated = chosen.isascii() and chosen.isdigit() and 0 < int(chosen[:6]) <= len(texts)
    return _at(texts, int(chosen) - 1 if stated else 0)


def _applied(_element: _Element, texts: list[str]) -> str:
    """A function of content MathML before its arguments, an operator between them."""
    name, arguments = _at(texts, 0), list(texts[1:])
    if name in _APPLIED.values():
        sign = len(arguments) == 1
        return name.strip() + _grouped(arguments[0]) if sign else name.join(map(_grouped_sum, arguments))
    return f"{name}({', '.join(arguments)})"


def _grouped_sum(text: str) -> str:
    return f"({text})" if " + " in text or " − " in text else text


# Children are told apart by their order here, so an empty one keeps its place.
_PLACES = frozenset(("mrow", "mi", "mn", "mo", "mtext", "none", "mprescripts", "mstyle", "mpadded", "mphantom"))
_WRITERS: dict[str, Callable[[_Element, list[str]], str]] = {
    "mfrac": _fraction,
    "msup": _power,
    "msub": _index,
    "msubsup": _index_and_power,
    "mover": _over,
    "munder": _under,
    "munderover": _index_and_power,
    "msqrt": _square_root,
    "mroot": _root,
    "mfenced": _fenced,
    "mtable": _matrix,
    "mtr": _cells,
    "mlabeledtr": _cells,
    "mmultiscripts": _scripts,
    "mphantom": _nothing,
    "menclose": _enclosed,
    "semantics": _semantics,
    "maction": _action,
    "apply": _applied,
}
