"""Words of a PDF page put together: runs on one line, and the text of a few lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.load.hypertext.raised import raised
from ingest.load.pdf_letters import RIGHT_TO_LEFT
from ingest.load.pdf_words import Word

_GAP = 0.75  # of the font size: a wider gap ends a run
_OVERLAP = 0.5  # of the lower height, by which words of one line overlap
_ALIKE = 0.35  # of the font size, by which the heights of words of one size differ on a line
FAR = "\u2003"  # between words far apart on a line
_FAR = 2.5  # of the font size
_ATTACHED = 0.12  # of the font size: a narrower gap is no blank
_SHIFTED = 0.1  # of the font size, by which a raised word stands higher
_SMALL = 0.85  # a raised word is at most this share of the size of the word before it
_WHOLE_WIDTH = 0.7  # share of its column's width that a cut word fills
_FIGURES = re.compile(r"[\d.,:/-]*\d[\d.,:/-]*")
_NO_WORD = re.compile("[bcdfghjklmnpqrstvwxzß]{1,3}")  # letters that are no word of their own
_SHORT_WORDS = frozenset("svkzwcl")  # but prepositions and articles of some languages


@dataclass(slots=True)
class Run:
    """Words that follow one another on a line with no wide gap."""

    words: list[Word] = field(default_factory=list)
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    @property
    def size(self) -> float:
        """Font size of its first word, in points."""
        return self.words[0].size

    @property
    def text(self) -> str:
        """Its words with blanks."""
        return line_text(self.words)


def run_of(words: Sequence[Word]) -> Run:
    """The run of these words, from left to right."""
    ordered = sorted(words, key=lambda word: word.left)
    return Run(
        ordered,
        ordered[0].left,
        min(word.top for word in ordered),
        max(word.right for word in ordered),
        max(word.bottom for word in ordered),
    )


def runs(words: Iterable[Word]) -> list[Run]:
    """The runs of a list of words, in no order."""
    open_runs: dict[int, list[list[Word]]] = {}  # by the height of their last word, in steps of 8 points
    closed: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.left):
        best, best_gap = None, 0.0
        bucket = int(word.middle // 8)
        for key in (bucket - 1, bucket, bucket + 1):
            for run in open_runs.get(key, ()):
                last = run[-1]
                gap = word.left - last.right
                size = max(min(word.size, last.size), 1.0)
                if gap > _GAP * size or gap < -0.6 * size or not _on_one_line(last, word):
                    continue
                if best is None or gap > best_gap:
                    best, best_gap = run, gap
        if best is None:
            best = []
            closed.append(best)
        else:
            open_runs[int(best[-1].middle // 8)].remove(best)
        best.append(word)
        open_runs.setdefault(bucket, []).append(best)
    return [run_of(run) for run in closed]


def _on_one_line(one: Word, other: Word) -> bool:
    """Whether two words stand on one line: at nearly the same height, or one of them raised, lowered or smaller."""
    lower, higher = sorted((one.bottom - one.top, other.bottom - other.top))
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    if lower > _SMALL * higher:
        return overlap > 0 and abs(one.middle - other.middle) <= _ALIKE * min(one.size, other.size)
    return overlap >= _OVERLAP * lower


def line_text(words: Sequence[Word]) -> str:
    """The words of one line with blanks, in the order in which they are read; struck-out ones are marked."""
    parts: list[str] = []
    last: Word | None = None
    for word in in_reading_order(words):
        gap = 1.0 if last is None else max(word.left - last.right, last.left - word.right)
        if last is not None and last.struck and not word.struck:
            parts[-1] += "]"
        if last is not None and gap > _FAR * last.size:
            parts.append(FAR)
        opened = "[struck out: " if word.struck and (last is None or not last.struck) else ""
        if last is not None and gap < _ATTACHED * last.size and not opened:
            parts[-1] += _attached(parts[-1], last, word)
        else:
            parts.append(opened + word.text)
        last = word
    if last is not None and last.struck:
        parts[-1] += "]"
    return " ".join(parts).replace(f" {FAR} ", FAR)


def _attached(text: str, last: Word, word: Word) -> str:
    """What a word adds to the one that it follows without a blank."""
    small = word.size <= _SMALL * last.size
    if small and word.bottom < last.bottom - _SHIFTED * last.size:
        return raised(text, word.text)
    return word.text


def in_reading_order(words: Sequence[Word]) -> list[Word]:
    """The words of a line from its beginning; words and numbers that run the other way keep their own order."""
    ordered = sorted(words, key=lambda word: word.left)
    mirrored = bool(ordered) and ordered[0].mirrored
    against = [bool(RIGHT_TO_LEFT.search(word.text)) != mirrored for word in ordered]
    if not any(against):
        return ordered
    result: list[Word] = []
    turned: list[Word] = []
    for word, is_against in zip(ordered, against, strict=True):
        if is_against:
            turned.append(word)
            continue
        result += [*reversed(turned), word]
        turned = []
    return result + turned[::-1]


def lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words by line, from the top."""
    result: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.middle):
        if result and any(_on_one_line(other, word) for other in result[-1][-3:]):
            result[-1].append(word)
        else:
            result.append([word])
    return result


def cell_text(words: Sequence[Word], width: float = 0.0) -> str:
    """The text of a table's cell: its lines joined. width: of its column, in points, when it is known."""
    text = ""
    above: Sequence[Word] = ()
    for line in lines(words):
        shown = line_text(line).replace(FAR, " ")
        if _is_cut(above, line, width):
            text += shown
        else:
            text = joined_lines(text, shown)
        above = line
    return text.replace("-\n", "-")


def _is_cut(above: Sequence[Word], line: Sequence[Word], width: float) -> bool:
    """Whether a narrow column cuts a number or a word that stands alone on its line, with no hyphen."""
    if len(above) != 1 or not line or above[0].right - above[0].left < _WHOLE_WIDTH * width or not width:
        return False
    head, tail = above[0].text, line[0].text
    if _FIGURES.fullmatch(head) and _FIGURES.fullmatch(tail):
        return True
    return head[-1:].isalpha() and bool(_NO_WORD.fullmatch(tail)) and tail not in _SHORT_WORDS


def joined_lines(text: str, line: str) -> str:
    """A text and its next line, with a blank or, where a word is divided, a hyphen and a line's end between them."""
    if not text or not line:
        return text or line
    if text[-1] in "-‐" and len(text) > 1 and text[-2].isalnum():
        divided = text[-2].isalpha() and line[0].isalpha()
        return f"{text[:-1]}-\n{line}" if divided else text + line
    if _no_blank(text[-1]) and _no_blank(line[0]):
        return text + line
    return f"{text} {line}"


def _no_blank(letter: str) -> bool:
    """Whether it belongs to a script without blanks between words."""
    return "\u3000" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or "\uff00" <= letter <= "\uffef"
