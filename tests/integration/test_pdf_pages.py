"""Pages are drawn in processes of their own: a hostile PDF is an error of its view, and other views go on."""

import threading
import time
from collections.abc import Iterator

import pytest

from app.core.errors import DocumentError
from app.web.pdf_pages import DrawLimits, PdfPages
from tests.support.pdf import make_pdf, nested_forms

PDF = make_pdf([("The boathouse opens at six.",), ("It closes at nine.",)])
STRICT = DrawLimits(memory_mib=200, seconds=2)


@pytest.fixture
def hostile() -> Iterator[PdfPages]:
    """Pages whose drawing misbehaves as the passage demands."""
    pages = PdfPages(STRICT, module="tests.support.hostile_drawing")
    yield pages
    pages.close()


@pytest.fixture
def real() -> Iterator[PdfPages]:
    pages = PdfPages(DrawLimits(seconds=3))
    yield pages
    pages.close()


def test_a_page_is_drawn_with_the_size_of_its_document(real: PdfPages) -> None:
    drawn = real.pages(PDF, [2], "It closes at nine.")
    assert (drawn.count, [image.number for image in drawn.images]) == (2, [2])
    assert drawn.images[0].png.startswith(b"\x89PNG")
    assert len(drawn.images[0].boxes) == 1


@pytest.mark.parametrize(
    ("deed", "problem"),
    [
        ("crash", "ends the process"),
        ("allocate", "memory to draw"),
        ("spin", "ends the process|more than 2 seconds"),
        ("sleep", "more than 2 seconds"),
        ("leave", "ends the process"),
    ],
)
def test_a_hostile_page_is_an_error_of_its_view(hostile: PdfPages, deed: str, problem: str) -> None:
    with pytest.raises(DocumentError, match=problem):
        hostile.pages(PDF, [1], deed)
    assert hostile.pages(PDF, [1], "The boathouse opens at six.").images  # the next view has a fresh process


def test_a_hostile_page_holds_up_nobody_else(hostile: PdfPages) -> None:
    def look() -> None:
        with pytest.raises(DocumentError):
            hostile.pages(PDF, [1], "sleep")

    stuck = threading.Thread(target=look)
    stuck.start()
    time.sleep(0.2)
    assert hostile.pages(PDF, [1], "The boathouse opens at six.").images
    assert stuck.is_alive()
    stuck.join()


def test_a_small_file_that_would_draw_for_ever_is_given_up(real: PdfPages) -> None:
    content = nested_forms()
    assert len(content) < 3000
    started = time.monotonic()
    with pytest.raises(DocumentError, match=r"takes more than|ends the process"):
        real.pages(content, [1], "anything")
    first = time.monotonic() - started
    with pytest.raises(DocumentError):
        real.pages(content, [1], "anything")
    assert first < 15
    assert time.monotonic() - started - first < 0.5  # kept: it is not tried again at every look


def test_drawn_pages_are_kept_within_a_limit() -> None:
    pages = PdfPages(DrawLimits(cache_mib=1), module="tests.support.hostile_drawing")
    try:
        first = pages.pages(PDF, [1], "The boathouse opens at six.")
        assert pages.pages(PDF, [1], "The boathouse opens at six.") is first
        for number in range(2**20 // first.size + 1):
            pages.pages(PDF, [1], f"The boathouse opens at six. {number}")
        assert pages.pages(PDF, [1], "The boathouse opens at six.") is not first
    finally:
        pages.close()
