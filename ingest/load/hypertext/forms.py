"""Values of form fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_WITHOUT_TEXT = frozenset(("hidden", "password", "file", "image", "color"))
_MOST_CHOICES = 12  # of a list without a chosen one
_MOST_KEPT = 10_000


def input_text(attributes: Mapping[str, str]) -> str:
    """What an input field shows: its value, or whether it is ticked."""
    kind = attributes.get("type", "text").strip().lower()
    if kind in ("checkbox", "radio"):
        return "[x] " if "checked" in attributes else "[ ] "
    if kind == "image":
        return attributes.get("alt", "")
    return "" if kind in _WITHOUT_TEXT else attributes.get("value", "")


@dataclass(slots=True)
class Choices:
    """A list of choices that is being read."""

    texts: list[str] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    inside: bool = False  # of a choice
    left_out: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag within the list."""
        if tag == "option":
            self.inside = len(self.texts) < _MOST_KEPT
            self.left_out += not self.inside
            if self.inside:
                if "selected" in attributes:
                    self.chosen.append(len(self.texts))
                self.texts.append(attributes.get("label", ""))

    def end(self, tag: str) -> None:
        """The end of a tag within the list."""
        if tag == "option":
            self.inside = False

    def data(self, data: str) -> None:
        """Text within the list."""
        if self.inside:
            self.texts[-1] += data

    def text(self, *, shown: bool) -> str:
        """The chosen ones, else all of a few, else the first, which the page shows. `left_out` counts the others.

        shown: False for a list of suggestions, of which none is shown.
        """
        texts = [" ".join(text.split()) for text in self.texts]
        kept = [texts[index] for index in self.chosen] or texts
        if not self.chosen and (len(texts) > _MOST_CHOICES or all(text.isdecimal() for text in texts)):
            kept = texts[:1]
        kept = [text for text in kept if text and shown]
        self.left_out += sum(map(bool, texts)) - len(kept)
        return " / ".join(kept)
