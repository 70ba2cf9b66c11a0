"""Pictures of text on a PDF page: whether a page shows more than its text layer says."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from ingest.load.ocr import DOTS_PER_INCH, MOST_PIXELS
from ingest.load.pdf_drawings import Drawings

_FEW = 1_500  # characters; a page with more has its text as text
_VERY_FEW = 400  # characters beside text that is drawn as shapes
_PICTURES = 0.35  # share of the page's area
_SHAPES = 60  # with the edges of letters: so many are letters
_GLANCE = 72  # dots per inch
_PAPER = 0.5  # share of a page in one shade; photographs have less
_SHADE = 24  # of 255: within one shade
_INK = 64  # of 255: apart from the paper
_SHARE_OF_INK = 0.0015  # of the page's area outside its text layer
_SAME_LINE = 0.7  # likeness of a line that was recognised to one of the text layer
_MOST_COMPARED = 200  # lines of the text layer


def picture_of(page: Any) -> Any:
    """The page rendered in grey for recognition, at a lower resolution when the page is huge."""
    return page.render(scale=_scale(page, DOTS_PER_INCH, MOST_PIXELS), grayscale=True).to_pil()


def hides_text(page: Any, textpage: Any, characters: int, drawn: Drawings, area: float) -> bool:
    """Whether a page with few characters probably shows text that its text layer does not have.

    area: of the page, in square points.
    """
    if characters > _FEW:
        return False
    pictures = sum((box[2] - box[0]) * (box[3] - box[1]) for box in drawn.pictures)
    if pictures < _PICTURES * area and not (drawn.shapes >= _SHAPES and characters <= _VERY_FEW):
        return False
    return _has_ink(page, textpage)


def _has_ink(page: Any, textpage: Any) -> bool:
    """Whether the page is paper with something dark on it outside its text layer."""
    from PIL import ImageDraw  # noqa: PLC0415  # needed for such pages only

    bitmap = page.render(scale=_scale(page, _GLANCE, 2_000_000), grayscale=True)
    convert = bitmap.get_posconv(page)
    image = bitmap.to_pil().convert("L")
    histogram = image.histogram()
    paper = max(range(256), key=lambda shade: sum(histogram[max(shade - 4, 0) : shade + 5]))
    total = image.width * image.height
    if sum(histogram[max(paper - _SHADE, 0) : paper + _SHADE + 1]) < _PAPER * total:
        return False
    draw = ImageDraw.Draw(image)
    for index in range(textpage.count_rects()):
        left, bottom, right, top = textpage.get_rect(index)
        (x0, y0), (x1, y1) = convert.to_bitmap(left, bottom), convert.to_bitmap(right, top)
        draw.rectangle((min(x0, x1) - 2, min(y0, y1) - 2, max(x0, x1) + 2, max(y0, y1) + 2), fill=paper)
    histogram = image.histogram()
    ink = sum(histogram[: max(paper - _INK, 0)]) + sum(histogram[paper + _INK :])
    return bool(ink >= _SHARE_OF_INK * total)


def _scale(page: Any, dots_per_inch: int, most_pixels: int) -> float:
    width, height = page.get_size()
    return float(min(dots_per_inch / 72, (most_pixels / max(width * height, 1)) ** 0.5))


def not_doubled(recognised: str, layer: Sequence[str]) -> str:
    """Recognised text without the lines that the text layer has."""
    known = [key for line in layer[:_MOST_COMPARED] if (key := _key(line))]
    whole = "".join(known)
    kept = []
    for line in recognised.split("\n"):
        key = _key(line)
        if key and (key in whole or any(_alike(key, other) for other in known)):
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _alike(one: str, other: str) -> bool:
    if not 0.5 < len(one) / len(other) < 2:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SAME_LINE


def _key(line: str) -> str:
    return "".join(re.findall(r"\w", line.casefold()))[:300]
