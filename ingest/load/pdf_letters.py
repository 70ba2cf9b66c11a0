"""The letters of a word of a PDF: in the order in which they are read, raised ones marked."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise

from ingest.load.hypertext.raised import raised

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TO_RIGHT = re.compile("[0-9A-Za-z\u0660-\u0669\u06f0-\u06f9](?:[.,:/%+-]*[0-9A-Za-z\u0660-\u0669\u06f0-\u06f9])+")
_SHAPED = re.compile("[\ufb00-\ufb06\ufb13-\ufdfb\ufe70-\ufefc]")  # ligatures, and letters as they look within a word
_SMALLER = 0.9  # a superscript's box is at most this share of the height of its line
_HIGHER = 0.2  # of the line's height, by which it stands above the line

Box = tuple[float, float, float, float]  # left, top, right, bottom in points from the top left


def in_reading_order(text: str, boxes: Sequence[Box], *, mirrored: bool) -> str:
    """A word of a script that runs to the left, its letters from right to left; PDFium keeps some as they look."""
    places = [(left + right) * (1 if mirrored else -1) for left, _, right, _ in boxes]
    steps = [after - before for before, after in pairwise(places)]
    if all(step > -0.1 for step in steps):
        return text
    clusters: list[tuple[float, str]] = []  # a mark stays with its letter
    for letter, place in zip(text, places, strict=True):
        if clusters and unicodedata.combining(letter):
            clusters[-1] = clusters[-1][0], clusters[-1][1] + letter
        else:
            clusters.append((place, letter))
    if sum(step < 0 for step in steps) > len(steps) / 2:
        clusters.reverse()  # letters of one sign have one place
    clusters.sort(key=lambda cluster: cluster[0])
    return _TO_RIGHT.sub(lambda run: run.group()[::-1], "".join(letters for _, letters in clusters))


def is_raised(box: Box, line: Box) -> bool:
    """Whether a letter is smaller than its line and stands higher; a ligature's box is small but reaches no higher."""
    height = line[3] - line[1]
    small = box[3] - box[1] <= _SMALLER * height
    return small and line[3] - box[3] > _HIGHER * height and box[1] < line[1] + 0.05 * height


def with_raised(text: str, boxes: Sequence[Box]) -> str:
    """A word with its raised letters as a reader of plain text needs them: 10^5."""
    line = max(boxes, key=lambda box: box[3] - box[1])
    result = ""
    for high, letters in groupby(zip(text, boxes, strict=True), key=lambda pair: is_raised(pair[1], line)):
        part = "".join(letter for letter, _ in letters)
        if high and not result:
            result = f"{part} "  # the number of a note before its text
        else:
            result += raised(result, part) if high else part
    return result.rstrip()


def unshaped(text: str) -> str:
    """A word with ligatures and letters as they look within a word made plain letters."""
    if not _SHAPED.search(text):
        return text
    return _SHAPED.sub(lambda letter: unicodedata.normalize("NFKC", letter.group()), text)
