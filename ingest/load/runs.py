"""Runs of text with raised, lowered and struck-out parts as plain text: 10^5, H2O, [struck out: 38]."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ingest.load.hypertext.buffer import Buffer
from ingest.load.hypertext.raised import REACH, lowered, raised


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text of one look."""

    text: str
    struck: bool = False
    shift: Literal["", "sup", "sub"] = ""


def run_text(runs: Iterable[Run]) -> str:
    """The text of the runs."""
    buffer = Buffer()
    for run in runs:
        text = run.text
        if run.shift == "sup":
            text = raised(buffer.tail(REACH), text)
        elif run.shift == "sub":
            cut, text = lowered(buffer.tail(REACH), text)
            buffer.cut(cut)
        buffer.write_text(text, struck=run.struck)
    return buffer.text()
