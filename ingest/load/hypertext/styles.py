"""What style attributes and style sheets say about the meaning of a text: struck out, raised, lowered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_MOST_CLASSES = 5_000
_MOST_CHARACTERS = 2_000_000  # of style sheets


@dataclass(frozen=True, slots=True)
class Style:
    """The part of a style that carries meaning."""

    struck: bool = False
    shift: str = ""  # sup or sub

    def __bool__(self) -> bool:
        return self.struck or bool(self.shift)


PLAIN = Style()


def style_of(declarations: str) -> Style:
    """The style in the text of a style attribute or between the braces of a rule."""
    if "line-through" not in declarations and "vertical-align" not in declarations:
        return PLAIN
    struck, shift = False, ""
    for declaration in declarations.lower().split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name in ("text-decoration", "text-decoration-line"):
            struck = "line-through" in value
        elif name == "vertical-align":
            word = value.replace("!important", "").strip()
            shift = {"super": "sup", "sub": "sub"}.get(word, "")
    return Style(struck, shift)


@dataclass(slots=True)
class Styles:
    """The classes that a document's style sheets give such a meaning."""

    _classes: dict[str, Style] = field(default_factory=dict)
    _read: int = 0  # characters

    def add(self, sheet: str) -> None:
        """Read a style sheet. Only selectors that end in a class, or in plain elements below one, are understood."""
        self._read += len(sheet)
        if self._read > _MOST_CHARACTERS or ("line-through" not in sheet and "vertical-align" not in sheet):
            return
        for rule in sheet.split("}"):
            selectors, _, declarations = rule.rpartition("{")
            style = style_of(declarations)
            for selector in selectors.rpartition("{")[2].split(",") if style else ():
                name = _last_class(selector)
                if name and len(self._classes) < _MOST_CLASSES:
                    self._classes[name] = style

    def of(self, attributes: Mapping[str, str]) -> Style:
        """The style of an element by its attributes."""
        declared = attributes.get("style")
        style = style_of(declared) if declared else PLAIN
        if style or not self._classes:
            return style
        for name in attributes.get("class", "").split():
            if name in self._classes:
                return self._classes[name]
        return PLAIN


def _last_class(selector: str) -> str:
    if ":" in selector or "*/" in selector[-2:]:
        return ""
    named = [part for part in selector.replace(">", " ").split() if "." in part]
    return named[-1].rpartition(".")[2] if named else ""
