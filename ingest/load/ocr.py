"""Text recognition in pictures of pages, by tesseract where it is installed, within a time budget.

The program is called directly, because its usual wrapper imports pandas and leaves temporary files behind when its
process is killed.
"""

import io
import subprocess
import time
from enum import Enum
from typing import Any

from app.core.tesseract import HOW_TO_INSTALL, chosen_languages, tesseract_languages
from ingest.load.limits import Limits
from ingest.load.numbers import pages

DOTS_PER_INCH = 300  # what tesseract was trained on
MOST_PIXELS = 30_000_000  # of one page; a larger picture is scaled down
_PAGE_SECONDS = 120
_FLAT = 24  # of 255: a page is blank when its lightest and darkest grey differ by less
_SHARE_OF_PROCESSOR = 0.75  # of the processor time limit for rendering pages; the rest is for everything else


class Layer(Enum):
    """What a page that is to be recognised has as text of its own."""

    NONE = "none"
    LITTLE = "little"  # beside a picture of more
    NO_LANGUAGE = "no language"


class Recognizer:
    """Text recognition for one document, with the outcome of every page."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._installed = tesseract_languages() if limits.ocr_seconds else ()
        self._languages = chosen_languages(limits.ocr_languages, self._installed)
        self._until = time.monotonic() + limits.ocr_seconds
        self._render_until = time.process_time() + _SHARE_OF_PROCESSOR * limits.cpu_seconds
        self._recognised: list[int] = []
        self._blank: list[int] = []
        self._unread: dict[Layer, list[int]] = {layer: [] for layer in Layer}
        self._late: dict[Layer, list[int]] = {layer: [] for layer in Layer}

    def wants(self, number: int, layer: Layer = Layer.NONE) -> bool:
        """Whether this page should be rendered and recognised; counts it when not."""
        if not self._languages:
            self._unread[layer].append(number)
        elif time.monotonic() > self._until or time.process_time() > self._render_until:
            self._late[layer].append(number)
        else:
            return True
        return False

    def text(self, image: Any, number: int, layer: Layer = Layer.NONE) -> str:
        """The text in a Pillow image of this page; empty when there is none."""
        grey = image.convert("L")
        low, high = grey.getextrema()
        if high - low < _FLAT:
            if layer is Layer.NONE:
                self._blank.append(number)
            return ""
        text = self._recognized(_fitting(grey), number, layer)
        if text is None:
            return ""
        if text.strip():
            self._recognised.append(number)
        elif layer is not Layer.LITTLE:  # a picture without text beside a text is no loss
            self._unread[layer].append(number)
        return text

    def forget(self, number: int, layer: Layer) -> None:
        """The recognised text of a page was no better than its own."""
        self._recognised.remove(number)
        self._unread[layer].append(number)

    def _recognized(self, image: Any, number: int, layer: Layer) -> str | None:
        picture = io.BytesIO()
        image.save(picture, "PPM")
        layout = "1" if "osd" in self._installed else "3"  # 1 also detects a rotated page
        command = ["tesseract", "stdin", "stdout", "-l", self._languages, "--psm", layout]
        left = min(max(self._until - time.monotonic(), 1.0), _PAGE_SECONDS)
        try:
            result = subprocess.run(command, input=picture.getvalue(), capture_output=True, timeout=left, check=True)
        except subprocess.TimeoutExpired:
            self._late[layer].append(number)
            return None
        except (OSError, subprocess.CalledProcessError):
            self._unread[layer].append(number)
            return None
        return result.stdout.decode("utf-8", "replace").replace("\x0c", "\n")

    @property
    def missing(self) -> bool:
        """Whether pages were not read because tesseract is not installed; reading them later may succeed."""
        return bool(any(self._unread.values()) and self._limits.ocr_seconds and not self._languages)

    def warnings(self) -> tuple[str, ...]:
        """Warnings for people about the pages that were recognised or should have been."""
        notes = []
        if self._recognised:
            subject = f"The text of {pages(self._recognised)} was recognised in a picture ({self._languages})"
            notes.append(f"{subject}: letters may be misread.")
        if self._blank:
            notes.append(f"No text layer on {pages(self._blank)}: blank.")
        for layer, numbers in self._unread.items():
            if numbers:
                notes.append(f"{_subject(layer, numbers)}: {self._why_unread(layer)}")
        for layer, numbers in self._late.items():
            if numbers:
                subject = _subject(layer, numbers)
                notes.append(f"{subject}, and no time left to recognise it: raise FOREMOST_OCR_SECONDS.")
        return tuple(notes)

    def _why_unread(self, layer: Layer) -> str:
        if self._languages:
            return "no text was recognised there."
        state = {Layer.NONE: "scanned or blank", Layer.LITTLE: "probably scanned"}.get(
            layer, "its font hides its letters"
        )
        if not self._limits.ocr_seconds:
            return f"{state}, and FOREMOST_OCR_SECONDS is 0."
        return f"{state}. To read scanned pages: {HOW_TO_INSTALL}, then: python -m ingest --retry PATH"


def _subject(layer: Layer, numbers: list[int]) -> str:
    if layer is Layer.LITTLE:
        return f"Little text beside a picture on {pages(numbers)}"
    return f"{'No text layer' if layer is Layer.NONE else 'A text layer that is no language'} on {pages(numbers)}"


def _fitting(image: Any) -> Any:
    pixels = image.width * image.height
    if pixels <= MOST_PIXELS:
        return image
    share = (MOST_PIXELS / pixels) ** 0.5
    return image.resize((max(int(image.width * share), 1), max(int(image.height * share), 1)))
