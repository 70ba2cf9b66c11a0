"""Rich Text as HTML: paragraphs, headings, tables, notes, comments, headers, text boxes, raised and struck text."""

import re
from dataclasses import dataclass, replace

from ingest.load.rich_text_state import CHANGES, State
from ingest.load.rich_text_story import Story, escaped
from ingest.load.rich_text_tokens import Decoder, Token, symbol_text, tokens
from ingest.load.rich_text_words import (
    LAYOUT,
    MARGINS,
    MUTE,
    READ_IF_OPTIONAL,
    SHOWN_PROPERTIES,
    SKIPPED,
    STORIES,
    TARGETS,
)

_HEADING = re.compile(r"^\s*heading\s*([1-9])\b", re.IGNORECASE)
_BODY_LEVEL = 9  # the outline level of text that is no heading
_DEEPEST = 2_000  # groups
_LONGEST_CHAIN = 10  # of styles based on one another


@dataclass(slots=True)
class _Style:
    level: int | None = None
    base: int | None = None
    name: str = ""


class RichText:
    """Reads a Rich Text file in one pass. Raises RecursionError when its groups are nested too deeply."""

    def __init__(self, content: bytes) -> None:
        self.title = ""
        self.hidden = 0  # pieces of hidden text
        self.deleted = 0  # pieces of text whose deletion is recorded
        self._decoder = Decoder()
        self._state = State()
        self._stack: list[tuple[State, Story | None]] = []  # the state and, where a story begins, the story before
        self._story = Story()
        self._margins: list[str] = []
        self._styles: dict[int, _Style] = {}
        self._style: tuple[int, _Style] | None = None  # depth of the group that describes it, and the style
        self._font = 0  # that is being described
        self._skipped_groups = 0
        self._left_over = 0  # characters after \\uN that are still to be skipped
        self._start = self._optional = False  # at the start of a group; of one that may be unknown
        self._author = ""
        self._property = ["", ""]  # name and value of a shape's property
        self._choices: list[str] = []
        self._choice = 0
        for token in tokens(content):
            self._take(token)
        self._skipped_groups = 0
        while self._stack:
            self._close()

    def html(self) -> str:
        """The text as HTML, headers and footers last."""
        return self._story.html() + "".join(dict.fromkeys(self._margins))

    def _take(self, token: Token) -> None:
        if self._skipped_groups:
            self._skipped_groups += {"open": 1, "close": -1}.get(token.kind, 0)
            if not self._skipped_groups:
                self._close()
        elif token.kind == "open":
            self._open()
        elif token.kind == "close":
            self._close()
        elif token.kind == "star":
            self._optional = self._start
        elif token.kind != "line":
            start, self._start = self._start, False
            if token.kind == "word":
                if not (start and self._begins(token.text)):
                    self._word(token.text, token.number)
            else:
                self._bytes(bytes([token.number or 0]) if token.kind == "byte" else token.text.encode("latin-1"))

    # ------------------------------------------------------------------------------------------------------ groups

    def _open(self) -> None:
        self._flush()
        if len(self._stack) >= _DEEPEST:
            raise RecursionError
        self._stack.append((self._state, None))
        self._start, self._optional, self._left_over = True, False, 0

    def _begins(self, word: str) -> bool:
        """Whether a group's first word is a destination."""
        if word in SKIPPED or (self._optional and word not in READ_IF_OPTIONAL):
            self._skipped_groups = 1
        elif word in STORIES:
            self._stack[-1] = (self._stack[-1][0], self._story)
            self._story = Story()
            self._state = State(target=word, font=self._state.font, stand_ins=self._state.stand_ins)
        elif word in TARGETS:
            self._state = replace(self._state, target=word)
            if word == "sp":
                self._property = ["", ""]
            elif word == "formfield":
                self._choices, self._choice = [], 0
        else:
            return False
        return True

    def _close(self) -> None:
        self._flush()
        self._start = False
        if not self._stack:
            return
        if self._style is not None and self._style[0] == len(self._stack):
            self._end_style()
        ended = self._state
        self._state, outer = self._stack.pop()
        if outer is not None:
            inner, self._story = self._story.html(), outer
            self._end_story(ended.target, inner)
        elif ended.target == "sp" and self._state.target != "sp":
            name, value = self._property
            if name.strip() in SHOWN_PROPERTIES and value.strip():
                self._story.after(f"<p>{escaped(value)}</p>")
        elif ended.target == "formfield" != self._state.target and self._choice < len(self._choices):
            self._story.write(self._choices[self._choice])

    def _end_story(self, target: str, inner: str) -> None:
        if inner and target in MARGINS:
            self._margins.append(inner)
        elif inner and target == "annotation":
            by = f" ({escaped(self._author.strip())})" if self._author.strip() else ""
            self._story.after(f"<p>Comment{by}:</p>{inner}")
            self._author = ""
        elif inner:
            self._story.after(inner)

    # ------------------------------------------------------------------------------------------------------- words

    def _word(self, word: str, number: int | None) -> None:
        self._left_over = 0
        text = symbol_text(word)
        if text is not None or word == "u":
            self._flush()
            self._text(self._decoder.unicode(number or 0) if text is None else text)
            self._left_over = self._state.stand_ins if text is None else 0
        elif word in LAYOUT:
            self._flush()
            self._layout(word, number or 0)
        elif word in CHANGES:
            self._state = CHANGES[word](self._state, 1 if number is None else number)
        elif self._state.target in ("stylesheet", "fonttbl"):
            self._describe(word, number or 0)
        elif word == "f":
            self._state = replace(self._state, font=number)
        elif word in ("s", "outlinelevel"):
            level = None if word == "s" or number == _BODY_LEVEL else number
            style = number if word == "s" else self._state.style
            self._state = replace(self._state, style=style, level=level)
        elif word == "ffres":
            self._choice = max(number or 0, 0)
        else:
            self._decoder.declare(word, number)

    def _describe(self, word: str, number: int) -> None:
        """Take note of a word of the font table or the style sheet."""
        if self._state.target == "fonttbl":
            if word == "f":
                self._font = number
            elif word == "fcharset":
                self._decoder.declare_font(self._font, number)
        elif word == "s":
            self._style = (len(self._stack), self._styles.setdefault(number, _Style()))
        elif self._style is not None and word == "outlinelevel" and number != _BODY_LEVEL:
            self._style[1].level = number
        elif self._style is not None and word == "sbasedon":
            self._style[1].base = number

    def _end_style(self) -> None:
        _, style = self._style or (0, _Style())
        self._style = None
        heading = _HEADING.match(style.name)
        if style.level is None and heading:
            style.level = int(heading.group(1)) - 1

    def _level(self) -> int | None:
        """Outline level of the paragraph: its own, else its style's, else that of the style it is based on."""
        level, number = self._state.level, self._state.style
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(number) if number is not None else None
            if level is not None or style is None:
                break
            level, number = style.level, style.base
        return level

    def _layout(self, word: str, number: int) -> None:
        depth = self._state.depth
        if word in ("par", "sect", "page", "column"):
            self._story.end_paragraph(level=self._level(), depth=depth)
        elif word in ("cell", "row"):
            (self._story.end_cell if word == "cell" else self._story.end_row)(depth=1)
        elif word in ("nestcell", "nestrow"):
            (self._story.end_cell if word == "nestcell" else self._story.end_row)(depth=max(depth, 2))
        else:
            self._story.define(word, number)

    # -------------------------------------------------------------------------------------------------------- text

    def _bytes(self, data: bytes) -> None:
        skipped = min(self._left_over, len(data))
        self._left_over -= skipped
        if len(data) > skipped:
            self._text(self._decoder.text(data[skipped:], self._state.font))

    def _flush(self) -> None:
        self._text(self._decoder.rest())

    def _text(self, text: str) -> None:
        state = self._state
        if not text:
            return
        if state.target == "stylesheet":
            if self._style is not None:
                self._style[1].name += text
        elif state.target == "title":
            self.title += text
        elif state.target == "atnauthor":
            self._author += text
        elif state.target in ("sn", "sv"):
            self._property[state.target == "sv"] += text
        elif state.target == "ffl":
            self._choices.append(text.strip())
        elif state.deleted:
            self.deleted += bool(text.strip()) and state.target not in MUTE
        elif state.hidden:
            self.hidden += bool(text.strip()) and state.target not in MUTE
        elif state.target not in MUTE:
            self._story.write(text, raised=state.raised, struck=state.struck)
