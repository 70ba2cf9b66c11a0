"""The text of an answer as HTML: all of it escaped, basic Markdown rendered, [n] as buttons, sentences marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from types import MappingProxyType

from app.core.domain import Sentence, Support
from app.web.answer_table import is_row, render_table
from app.web.highlight import escape
from app.web.quotes import Quotes

_MARKER = re.compile(r"\[(\d{1,3})\]")
_INLINE = re.compile(r"\*\*(?=\S)(?P<bold>.+?)(?<=\S)\*\*|`(?P<code>[^`\n]+)`")
_BULLET = re.compile(r"\s{0,6}[-*•]\s+")
_NUMBERED = re.compile(r"\s{0,6}(\d{1,3})[.)]\s+")
_HEADING = re.compile(r"#{1,6}\s+")
_FENCE = re.compile(r"\s{0,3}```")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, list item, heading or code block, as a span of the text without its Markdown prefix."""

    kind: str  # p, ul, ol, h, row (of a table) or pre
    start: int
    end: int
    ordinal: int = 0  # of an ol item


@dataclass(frozen=True, slots=True)
class _Marks:
    """What markers of an answer lead to."""

    answer_id: str
    numbers: frozenset[int]
    quotes: Quotes

    def button(self, number: int, sentence: int, *, attributed: bool = False) -> str:
        """The marker of a passage in a sentence, -1 outside all sentences."""
        quote = self.quotes.get((sentence, number), "")
        return marker(number, answer_id=self.answer_id, attributed=attributed, quote=quote)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of characters of one style within one sentence, or a marker."""

    sentence: int  # index, -1 outside all sentences
    style: str  # "", strong or code
    text: str
    marker: int = 0


def render_answer(
    text: str,
    *,
    answer_id: str,
    numbers: frozenset[int],
    sentences: Sequence[Sentence] = (),
    quotes: Quotes = MappingProxyType({}),
) -> str:
    """HTML of an answer. numbers: the passages that exist; a marker with another number stays plain text.

    quotes: what each marker points to; a marker shows it under the pointer or the focus.

    Cited sentences keep the model's markers, attributed ones get lighter markers at their end, unsupported ones are
    underlined with dots and explained by a tooltip and to screen readers.
    """
    marks = _Marks(answer_id, numbers, quotes)
    parts: list[str] = []
    for kind, group in groupby(_blocks(text), key=lambda block: block.kind):
        rendered = [(block, _block_html(text, block, marks, sentences)) for block in group]
        if kind == "ul":
            parts.append("<ul>" + "".join(f"<li>{body}</li>" for _, body in rendered) + "</ul>")
        elif kind == "row":
            cells = partial(_cell_html, text, marks=marks, sentences=sentences)
            parts.append(render_table(text, [(block.start, block.end) for block, _ in rendered], cells))
        elif kind == "ol":
            parts.append("<ol>" + "".join(f'<li value="{b.ordinal}">{body}</li>' for b, body in rendered) + "</ol>")
        else:
            tag = {"h": "h4", "p": "p", "pre": "pre"}[kind]
            parts += [f"<{tag}>{body}</{tag}>" for _, body in rendered]
    return "".join(parts)


def marker(number: int, *, answer_id: str, attributed: bool = False, quote: str = "") -> str:
    """A button that selects the card of a passage. quote: the sentence of the passage that it points to."""
    kind, label = "cited", f"Source {number}"
    if attributed:
        kind, label = "attributed", f"Closest passage: {number}, not cited by the model"
    quoted = f' data-quote="{escape(quote)}"' if quote else f' title="{label}"'
    return (
        f'<button type="button" class="fm-mark {kind}" data-act="pick" data-answer="{escape(answer_id)}" '
        f'data-n="{number}" aria-label="{label}"{quoted}>{number}</button>'
    )


def _blocks(text: str) -> Iterator[_Block]:
    """Blocks of a text by its lines; consecutive plain lines are one paragraph."""
    open_at: int | None = None
    fence: int | None = None
    position = 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        end = start + len(line.rstrip())
        if fence is not None:
            if _FENCE.match(line):
                yield _Block("pre", fence, start)
                fence = None
            continue
        special = _special(line, start, end)
        is_fence = _FENCE.match(line) is not None
        if open_at is not None and (special or is_fence or not line.strip()):
            yield _paragraph(text, open_at, start)
            open_at = None
        if is_fence:
            fence = position
        elif special:
            yield special
        elif line.strip() and open_at is None:
            open_at = start
    if fence is not None:
        yield _Block("pre", fence, position)
    if open_at is not None:
        yield _paragraph(text, open_at, position)


def _paragraph(text: str, start: int, end: int) -> _Block:
    return _Block("p", start, start + len(text[start:end].rstrip()))


def _special(line: str, start: int, end: int) -> _Block | None:
    """The list item, heading or row of a table on a line, None when it holds none of them."""
    if is_row(line):
        return _Block("row", start, end)
    for kind, pattern in (("ul", _BULLET), ("ol", _NUMBERED), ("h", _HEADING)):
        if match := pattern.match(line):
            text_start = start + match.end()
            ordinal = int(match.group(1)) if kind == "ol" else 0
            return _Block(kind, text_start, max(end, text_start), ordinal)
    return None


def _block_html(text: str, block: _Block, marks: _Marks, sentences: Sequence[Sentence]) -> str:
    if block.kind == "pre":
        return escape(text[block.start : block.end].rstrip("\n"))
    pieces = _pieces(text, block, marks.numbers, sentences)
    html: list[str] = []
    for index, group in groupby(pieces, key=lambda piece: piece.sentence):
        body = "".join(_piece_html(piece, marks) for piece in group)
        html.append(_sentence_html(body, index, sentences[index], marks, block) if index >= 0 else body)
    return "".join(html).strip()


def _cell_html(text: str, start: int, end: int, *, marks: _Marks, sentences: Sequence[Sentence]) -> str:
    return _block_html(text, _Block("p", start, end), marks, sentences)


def _pieces(text: str, block: _Block, numbers: frozenset[int], sentences: Sequence[Sentence]) -> Iterator[_Piece]:
    """The block cut wherever the style or the sentence changes, without the Markdown characters."""
    styles = [""] * (block.end - block.start)
    for match in _INLINE.finditer(text, block.start, block.end):
        name = "bold" if match["bold"] else "code"
        for at in range(match.start(), match.end()):
            inside = match.start(name) <= at < match.end(name)
            styles[at - block.start] = {"bold": "strong", "code": "code"}[name] if inside else "hidden"
    owner = [-1] * (block.end - block.start)
    for index, sentence in enumerate(sentences):
        for at in range(max(sentence.start, block.start), min(sentence.end, block.end)):
            owner[at - block.start] = index
    cuts = {
        match.start(): match
        for match in _MARKER.finditer(text, block.start, block.end)
        if int(match.group(1)) in numbers and styles[match.start() - block.start] != "code"
    }
    at = block.start
    while at < block.end:
        style, sentence_index = styles[at - block.start], owner[at - block.start]
        if at in cuts:
            yield _Piece(sentence_index, "", "", int(cuts[at].group(1)))
            at = cuts[at].end()
            continue
        end = at + 1
        same = (style, sentence_index)
        while end < block.end and end not in cuts and (styles[end - block.start], owner[end - block.start]) == same:
            end += 1
        if style != "hidden":
            yield _Piece(sentence_index, style, text[at:end])
        at = end


def _piece_html(piece: _Piece, marks: _Marks) -> str:
    if piece.marker:
        return marks.button(piece.marker, piece.sentence)
    body = escape(piece.text).replace("\n", "<br>") if piece.style != "code" else escape(piece.text)
    return f"<{piece.style}>{body}</{piece.style}>" if piece.style else body


def _sentence_html(body: str, index: int, sentence: Sentence, marks: _Marks, block: _Block) -> str:
    if sentence.support is Support.UNSUPPORTED:
        note = "No passage supports this sentence"
        hidden = f'<span class="fm-hidden"> ({note})</span>'
        return f'<span class="fm-sentence unsupported" title="{note}">{body}{hidden}</span>'
    if sentence.support is Support.ATTRIBUTED and sentence.end <= block.end:
        extra = "".join(marks.button(n, index, attributed=True) for n in sentence.passages if n in marks.numbers)
        stripped = body.rstrip()
        return f'<span class="fm-sentence attributed">{stripped}{extra}</span>{body[len(stripped) :]}'
    if sentence.support is Support.CITED and sentence.doubt:
        body = body.replace('class="fm-mark cited"', 'class="fm-mark doubtful"')
        return f'<span class="fm-sentence doubtful" title="{escape(sentence.doubt)}">{body}</span>'
    return f'<span class="fm-sentence">{body}</span>'
