"""Pages of a PDF as images, and as frames between the process that draws them and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from app.core.frames import Frame


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page image, in fractions 0..1 of its width and height from the top left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page."""

    number: int  # from 1
    png: bytes
    width: int  # pixels
    height: int
    boxes: tuple[Box, ...]  # one for each line of the passage
    quoted: tuple[Box, ...] = ()  # one for each line of the sentence that is quoted from it


def page_frame(image: PageImage) -> Frame:
    """A page as a frame."""
    header = {
        "number": image.number,
        "size": [image.width, image.height],
        "boxes": [astuple(box) for box in image.boxes],
        "quoted": [astuple(box) for box in image.quoted],
    }
    return Frame(kind="page", header=header, content=image.png)


def page_from(frame: Frame) -> PageImage:
    """The page in a frame. Raises TypeError, KeyError or ValueError when the frame holds none."""
    header: Mapping[str, Any] = frame.header
    width, height = header["size"]
    return PageImage(
        number=int(header["number"]),
        png=frame.content,
        width=int(width),
        height=int(height),
        boxes=_boxes(header["boxes"]),
        quoted=_boxes(header["quoted"]),
    )


def _boxes(values: Sequence[Sequence[float]]) -> tuple[Box, ...]:
    return tuple(Box(*(float(value) for value in box)) for box in values)
