"""PDF pages as images with the passage's lines boxed."""

import io

import pytest
from PIL import Image

from app.core.errors import DocumentError
from app.web.pdf_view import Wanted, page_images
from tests.support.pdf import make_pdf

PAGES = (
    ("Nothing of interest here.",),
    ("Intro line.", "The boathouse opens at six in the", "morning, on all days.", "End."),
)


def test_the_lines_of_a_passage_are_boxed_where_they_are_printed() -> None:
    _, (image,) = page_images(make_pdf(PAGES), Wanted((2,), "The boathouse opens at six in the morning, on all days."))

    first, second = image.boxes
    assert Image.open(io.BytesIO(image.png)).size == (image.width, image.height)
    assert image.number == 2
    assert 0.08 < first.left < 0.11  # 40 of 420 points
    assert 0.09 < first.top < second.top < 0.18  # 540 of 595 points is the first baseline, 18 points a line
    assert first.width > second.width > 0.1


def test_a_page_without_the_passage_has_no_boxes_and_a_missing_page_no_image() -> None:
    count, images = page_images(make_pdf(PAGES), Wanted((1, 7), "The boathouse opens at six in the morning."))

    assert count == 2
    assert [(image.number, image.boxes) for image in images] == [(1, ())]


def test_the_quoted_sentence_has_boxes_of_its_own() -> None:
    passage = "The boathouse opens at six in the morning, on all days. End."
    _, (image,) = page_images(make_pdf(PAGES), Wanted((2,), passage, "morning, on all days."))

    assert len(image.boxes) == 3
    assert [box.top for box in image.quoted] == [image.boxes[1].top]


def test_boxes_follow_a_rotated_page() -> None:
    _, (image,) = page_images(make_pdf(PAGES, rotate=90), Wanted((2,), "The boathouse opens at six"))

    assert image.width > image.height
    assert all(box.height > box.width for box in image.boxes)
    assert all(0 <= box.left <= 1 and 0 <= box.top <= 1 for box in image.boxes)


def test_a_passage_that_is_read_in_another_order_than_the_page_keeps_is_boxed_whole() -> None:
    page = ("left column first line", "right column first line", "left column second line", "right column second line")
    passage = "left column first line left column second line right column first line right column second line"
    _, (image,) = page_images(make_pdf([page]), Wanted((1,), passage))
    assert len(image.boxes) == 4


def test_bytes_that_are_not_a_pdf_are_refused_in_one_line() -> None:
    with pytest.raises(DocumentError, match="cannot be opened"):
        page_images(b"no pdf", Wanted((1,), "x"))
