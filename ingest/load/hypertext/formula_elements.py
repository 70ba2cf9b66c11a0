"""What each element of a formula reads as."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.load.hypertext.formula_row import LARGE, Part, grouped, in_a_row

TOKENS = frozenset(("mi", "mn", "mo", "mtext", "ms", "ci", "cn", "csymbol", "annotation"))
_ATTACHED = {"′": "′", "″": "″", "'": "′", "∘": "°", "°": "°", "*": "*", "†": "†"}
_ACCENTS = {
    "¯": "\u0304", "‾": "\u0304", "_": "\u0304", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303",
    "→": "\u20d7", "⃗": "\u20d7", "˙": "\u0307", ".": "\u0307", "¨": "\u0308",
}  # fmt: skip
_APPLIED = {
    "plus": " + ", "minus": " − ", "times": " · ", "divide": "/", "power": "^", "eq": " = ", "neq": " ≠ ",
    "lt": " < ", "gt": " > ", "leq": " ≤ ", "geq": " ≥ ",
}  # fmt: skip


@dataclass(slots=True)
class Element:
    """An element of a formula that is being read."""

    tag: str
    attributes: Mapping[str, str]
    texts: list[str] = field(default_factory=list)  # of a token
    parts: list[Part] = field(default_factory=list)  # of its children
    deep: bool = False  # it holds the text of elements nested too deeply


def text_of(element: Element) -> str:
    """The text of an element, once its children have theirs."""
    if element.tag in TOKENS:
        text = "".join(element.texts)
        if element.parts:
            text += in_a_row(element.parts)
        return f'"{text}"' if element.tag == "ms" else " ".join(text.split()) or (" " if element.tag == "mtext" else "")
    write = _WRITERS.get(element.tag)
    if write and not element.deep:
        return write(element, [part.text for part in element.parts])
    if not element.parts and element.tag in _APPLIED:
        return _APPLIED[element.tag]
    return in_a_row(element.parts)


def _at(texts: Sequence[str], index: int) -> str:
    return texts[index] if index < len(texts) else ""


def _fraction(element: Element, texts: list[str]) -> str:
    upper, lower = _at(texts, 0), _at(texts, 1)
    if element.attributes.get("linethickness", "").strip() in ("0", "0px", "0pt"):
        return f"({upper} choose {lower})"
    return f"{grouped(upper)}/{grouped(lower)}"


def _power(_element: Element, texts: list[str]) -> str:
    return _base(_at(texts, 0)) + _upper(_at(texts, 1))


def _index(_element: Element, texts: list[str]) -> str:
    return _base(_at(texts, 0)) + _lower(_at(texts, 1))


def _index_and_power(_element: Element, texts: list[str]) -> str:
    return _base(_at(texts, 0)) + _lower(_at(texts, 1)) + _upper(_at(texts, 2))


def _over(_element: Element, texts: list[str]) -> str:
    base, over = _at(texts, 0), _at(texts, 1)
    if len(base) == 1 and over in _ACCENTS:
        return base + _ACCENTS[over]
    return base if over in _ACCENTS or not any(map(str.isalnum, over)) else _base(base) + _upper(over)


def _under(_element: Element, texts: list[str]) -> str:
    base, under = _at(texts, 0), _at(texts, 1)
    return _base(base) + _lower(under) if any(map(str.isalnum, under)) else base


def _base(text: str) -> str:
    return text if text[:1] in LARGE or text.isalpha() or not text else grouped(text)


def _upper(text: str) -> str:
    if text in _ATTACHED:
        return _ATTACHED[text]
    return f"^{_script(text)}" if text else ""


def _lower(text: str) -> str:
    return f"_{_script(text)}" if text else ""


def _script(text: str) -> str:
    return text if re.fullmatch(r"[+\-−]?[^\W_]+|[+\-−∗*]", text) else grouped(text)


def _root(_element: Element, texts: list[str]) -> str:
    base, degree = _at(texts, 0), _at(texts, 1)
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree, f"root_{_script(degree)} ")
    return sign + grouped(base)


def _square_root(element: Element, _texts: list[str]) -> str:
    return "√" + grouped(in_a_row(element.parts))


def _fenced(element: Element, texts: list[str]) -> str:
    before, after = element.attributes.get("open", "("), element.attributes.get("close", ")")
    separators = element.attributes.get("separators", ",").split() or [""]
    line = ""
    for number, text in enumerate(texts):
        between = separators[min(number, len(separators)) - 1] if number else ""
        line += (f"{between} " if between else "") + text
    inner = line[1:-1] if len(texts) == 1 and element.parts[0].tag == "mtable" and line[:1] == "[" else line
    return f"{before.strip()}{inner}{after.strip()}"


def _matrix(_element: Element, texts: list[str]) -> str:
    rows = [text for text in texts if text]
    return f"[{'; '.join(rows)}]" if any("," in row for row in rows) else "; ".join(rows)


def _cells(_element: Element, texts: list[str]) -> str:
    return ", ".join(text for text in texts if text)


def _scripts(element: Element, texts: list[str]) -> str:
    tags = [part.tag for part in element.parts]
    cut = tags.index("mprescripts") if "mprescripts" in tags else len(texts)
    before, after = texts[cut + 1 :], texts[1:cut]
    return _script_pairs(before) + _base(_at(texts, 0)) + _script_pairs(after)


def _script_pairs(texts: Sequence[str]) -> str:
    return "".join(_lower(text) if number % 2 == 0 else _upper(text) for number, text in enumerate(texts))


def _nothing(_element: Element, _texts: list[str]) -> str:
    return ""


def _enclosed(element: Element, _texts: list[str]) -> str:
    text, notation = in_a_row(element.parts), element.attributes.get("notation", "longdiv")
    if "strike" in notation:
        return f"[struck out: {text}]"
    return "√" + grouped(text) if "radical" in notation else text


def _semantics(element: Element, texts: list[str]) -> str:
    """The shown form; the annotation where the shown one holds no letter or digit."""
    shown = [part.text for part in element.parts if not part.tag.startswith("annotation")]
    text = " ".join(shown)
    return text if any(map(str.isalnum, text)) or not texts else next((t for t in texts if t.strip()), text)


def _action(element: Element, texts: list[str]) -> str:
    chosen = element.attributes.get("selection", "1")
    stated = chosen.isascii() and chosen.isdigit() and 0 < int(chosen[:6]) <= len(texts)
    return _at(texts, int(chosen) - 1 if stated else 0)


def _applied(_element: Element, texts: list[str]) -> str:
    """A function of content MathML before its arguments, an operator between them."""
    name, arguments = _at(texts, 0), list(texts[1:])
    if name in _APPLIED.values():
        sign = len(arguments) == 1
        return name.strip() + grouped(arguments[0]) if sign else name.join(map(_grouped_sum, arguments))
    return f"{name}({', '.join(arguments)})"


def _grouped_sum(text: str) -> str:
    return f"({text})" if " + " in text or " − " in text else text


# Children are told apart by their order here, so an empty one keeps its place.
PLACES = frozenset(("mrow", "mi", "mn", "mo", "mtext", "none", "mprescripts", "mstyle", "mpadded", "mphantom"))
_WRITERS: dict[str, Callable[[Element, list[str]], str]] = {
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
