"""Equations of Office files (OMML) as linear text, written as those of MathML are: (a+b)/c, x_i^2, ∑_(i = 1)^n x_i."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ingest.load.ooxml.names import MC, M, W
from ingest.load.ooxml.package import Element, switched_on

_ATOM = re.compile(r"[^\W_]+(?:\.\d+)?[\u0300-\u036f\u20d0-\u20ff]*|[^\w\s]|\([^()]*\)|[√∛∜](?:\w|\([^()]*\))")
_MATH_LETTERS = re.compile("[\U0001d400-\U0001d7ff\u2102-\u2138]+")  # italic, bold, script letters
_UNSEEN = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]")  # what applies a function or multiplies, and no one sees
_COMPARISON = re.compile(r"\s*([=≈≠≤≥<>≡])\s*")
_SPACE = re.compile(r"\s+")
_MARKS = {  # accents that do not stand in the file as the mark itself
    "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "¯": "\u0304", "˙": "\u0307", "¨": "\u0308",
    "→": "\u20d7", "´": "\u0301", "`": "\u0300", "ˇ": "\u030c", "˘": "\u0306", "‾": "\u0305",
}  # fmt: skip
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_LARGEST = 200_000  # characters of one equation
_PROPERTIES = frozenset(
    f"{M}{name}Pr"
    for name in "f r sSup sSub sSubSup sPre rad nary d m eqArr acc bar func limLow limUpp groupChr box borderBox phant "
    "ctrl".split()
) | {M + "ctrlPr", M + "argPr", M + "oMathParaPr", W + "rPr"}
_DELETED = frozenset((W + "del", W + "moveFrom"))


@dataclass(slots=True)
class _Node:
    """An element whose children are being written."""

    element: Element
    children: Iterator[Element]
    parts: list[tuple[str, str]] = field(default_factory=list)  # (name, text) of the children that were written

    def get(self, name: str) -> str:
        """The text of a child, such as "num"."""
        return "".join(text for kind, text in self.parts if kind == name)

    def all(self, name: str) -> list[str]:
        return [text for kind, text in self.parts if kind == name]

    def character(self, name: str, default: str) -> str:
        """A character that the element's properties name, such as the sign of a sum."""
        return _value(self.element.find(f"{_own_properties(self.element)}/{M}{name}"), default)


def linear(math: Element) -> str:
    """An equation, or several of one paragraph, as a line of text."""
    root = _Node(math, iter(math))
    stack, left = [root], _LARGEST
    while True:
        node = stack[-1]
        child = next(node.children, None)
        if child is not None:
            if child.tag in _PROPERTIES or child.tag in _DELETED:
                continue
            if child.tag in (M + "t", W + "t"):
                text = (child.text or "")[: max(left, 0)]
                left -= len(text)
                node.parts.append(("text", _plain(text)))
            else:
                stack.append(_Node(child, _inside(child)))
            continue
        stack.pop()
        name = node.element.tag.rpartition("}")[2]
        text = _WRITERS.get(name, _joined)(node)
        if not stack:
            return _SPACE.sub(" ", text).strip()
        stack[-1].parts.append((name, text if len(text) <= _LARGEST else ""))


def _inside(element: Element) -> Iterator[Element]:
    if element.tag == MC + "AlternateContent":
        return iter(element[:1])
    return iter(element)


def _plain(text: str) -> str:
    """Plain letters, with spaces around signs of comparison, as equations are shown."""
    plain = _MATH_LETTERS.sub(lambda match: unicodedata.normalize("NFKC", match.group()), _UNSEEN.sub("", text))
    return _COMPARISON.sub(r" \1 ", plain)


def _value(element: Element, default: str) -> str:
    if element is None:
        return default
    value = element.get(M + "val")
    return default if value is None else str(value)


def _own_properties(element: Element) -> str:
    return str(element.tag) + "Pr"


def _grouped(text: str) -> str:
    """In brackets, unless it is one number, word or sign."""
    text = text.strip()
    return text if not text or _ATOM.fullmatch(text) else f"({text})"


def _joined(node: _Node) -> str:
    return "".join(text for _, text in node.parts)


def _paragraph(node: _Node) -> str:
    return "; ".join(text.strip() for text in node.all("oMath") if text.strip()) or _joined(node)


def _fraction(node: _Node) -> str:
    above, below = node.get("num"), node.get("den")
    if node.character("type", "bar") == "noBar":  # a binomial, usually within brackets
        return f"{_grouped(above)} choose {_grouped(below)}"
    return f"{_grouped(above)}/{_grouped(below)}"


def _scripts(node: _Node) -> str:
    below, above = _grouped(node.get("sub")), _grouped(node.get("sup"))
    base = node.get("e").strip()
    base = base if len(base) < 2 or _ATOM.fullmatch(base) else f"({base})"
    return base + (f"_{below}" if below else "") + (f"^{above}" if above else "")


def _scripts_before(node: _Node) -> str:
    below, above = _grouped(node.get("sub")), _grouped(node.get("sup"))
    return (f"_{below}" if below else "") + (f"^{above} " if above else "") + node.get("e")


def _root(node: _Node) -> str:
    degree = "" if switched_on(node.element.find(f"{M}radPr/{M}degHide"), M + "val") else node.get("deg").strip()
    sign = _ROOTS.get(degree) or f"root_{_grouped(degree)} "
    return sign + _grouped(node.get("e"))


def _large_operator(node: _Node) -> str:
    sign = node.character("chr", "∫")
    below, above = _grouped(node.get("sub")), _grouped(node.get("sup"))
    limits = (f"_{below}" if below else "") + (f"^{above}" if above else "")
    return f"{sign}{limits} {node.get('e').strip()}"


def _brackets(node: _Node) -> str:
    start, end = node.character("begChr", "("), node.character("endChr", ")")
    between = node.character("sepChr", "|")
    return start + f" {between} ".join(text.strip() for text in node.all("e")) + end


def _matrix(node: _Node) -> str:
    return "[" + "; ".join(node.all("mr")) + "]"


def _matrix_row(node: _Node) -> str:
    return ", ".join(text.strip() for text in node.all("e"))


def _lines(node: _Node) -> str:
    return "; ".join(text.replace("&", "").strip() for text in node.all("e"))


def _function(node: _Node) -> str:
    argument = node.get("e").strip()
    return node.get("fName").strip() + (argument if argument.startswith(("(", "[")) else f"({argument})")


def _limit(node: _Node) -> str:
    sign = "_" if node.element.tag == M + "limLow" else "^"
    return node.get("e").strip() + sign + _grouped(node.get("lim"))


def _accented(node: _Node) -> str:
    base, accent = node.get("e").strip(), node.character("chr", "\u0302")
    mark = _MARKS.get(accent, accent)
    if len(base) == 1 and unicodedata.combining(mark[:1]):
        return unicodedata.normalize("NFC", base + mark)
    return _named({"\u0302": "hat", "\u0303": "tilde", "\u0307": "dot", "\u20d7": "vec"}.get(mark, "bar"), base)


def _barred(node: _Node) -> str:
    base = node.get("e").strip()
    below = node.character("pos", "bot") == "bot"
    if len(base) == 1:
        return unicodedata.normalize("NFC", base + ("\u0332" if below else "\u0304"))
    return _named("underline" if below else "bar", base)


def _named(name: str, base: str) -> str:
    return f"{name}({base})" if base else ""


def _phantom(node: _Node) -> str:
    return node.get("e") if switched_on(node.element.find(f"{M}phantPr/{M}show"), M + "val") else ""


_WRITERS: Mapping[str, Callable[[_Node], str]] = {
    "oMathPara": _paragraph,
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts_before,
    "rad": _root,
    "nary": _large_operator,
    "d": _brackets,
    "m": _matrix,
    "mr": _matrix_row,
    "eqArr": _lines,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "acc": _accented,
    "bar": _barred,
    "phant": _phantom,
}
