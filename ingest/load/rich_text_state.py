"""What a group of Rich Text inherits and gives back at its end, and the control words that change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class State:
    """The state of a group."""

    target: str = ""  # the destination; "" for text
    font: int | None = None
    stand_ins: int = 1  # characters after \\uN for readers without Unicode
    hidden: bool = False
    deleted: bool = False
    raised: int = 0  # 1: superscript, -1: subscript
    struck: bool = False
    style: int | None = None  # of the paragraph
    level: int | None = None  # outline level of the paragraph, from 0
    depth: int = 0  # tables that the paragraph stands in


def _plain(state: State, _number: int) -> State:
    return replace(state, raised=0, struck=False, hidden=False, deleted=False, font=None)


# Words that change the state: (state, the word's number or 1) -> state.
CHANGES: Mapping[str, Callable[[State, int], State]] = {
    "v": lambda state, number: replace(state, hidden=bool(number)),
    "deleted": lambda state, number: replace(state, deleted=bool(number)),
    "uc": lambda state, number: replace(state, stand_ins=min(max(number, 0), 100)),
    "super": lambda state, number: replace(state, raised=1 if number else 0),
    "sub": lambda state, number: replace(state, raised=-1 if number else 0),
    "nosupersub": lambda state, _: replace(state, raised=0),
    "msup": lambda state, _: replace(state, raised=1),
    "msub": lambda state, _: replace(state, raised=-1),
    "up": lambda state, number: replace(state, raised=1 if number else 0),
    "dn": lambda state, number: replace(state, raised=-1 if number else 0),
    "strike": lambda state, number: replace(state, struck=bool(number)),
    "striked": lambda state, number: replace(state, struck=bool(number)),
    "plain": _plain,
    "pard": lambda state, _: replace(state, level=None, style=None, depth=0),
    "intbl": lambda state, _: replace(state, depth=max(state.depth, 1)),
    "itap": lambda state, number: replace(state, depth=min(max(number, 0), 15)),
}
