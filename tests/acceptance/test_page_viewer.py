"""The viewer in a real browser: pages, zoom, the next passage, the original file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, update

from app.core.settings import Settings
from migrations.tables import documents
from tests.support.pdf import make_pdf, nested_forms
from tests.support.shelf import HANDBOOK
from tests.support.site import Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
QUESTION = "Which morning opens the boathouse, and which members course?"  # words of both pages


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port."""
    with running_site(database, make_settings(port=0)) as running:
        yield running


@pytest.fixture
def page(chromium: "Browser", site: Site) -> Iterator["Page"]:
    """An answer from the handbook, with its sources."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(site.address)
    page.wait_for_selector(".fm-example")
    box = page.get_by_label("Your question")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator("#fm-thread-area .fm-actions").wait_for()
    yield page
    context.close()


def _open(page: "Page") -> None:
    page.locator("#fm-sources-area .fm-card").first.get_by_role("button", name="Open").click()
    page.locator(".fm-viewer .fm-view-body").wait_for()


def _shown(page: "Page", number: int) -> None:
    page.locator(f".fm-viewer .fm-page[data-page='{number}']").wait_for()


def test_the_conversation_stays_beside_the_viewer(page: "Page") -> None:
    _open(page)
    sheet = page.locator(".fm-sheet").bounding_box()
    assert sheet is not None
    assert sheet["x"] + sheet["width"] == 1280
    assert sheet["x"] > 400


def test_pages_are_turned_and_enlarged(page: "Page") -> None:
    _open(page)
    _shown(page, 2)
    assert page.locator(".fm-view-tools [role='status']").inner_text() == "page 2 of 2"
    assert page.get_by_role("button", name="Next page").get_attribute("aria-disabled") == "true"
    page.get_by_role("button", name="Previous page").press("Enter")
    _shown(page, 1)
    assert page.locator(".fm-viewer .fm-page i").count() == 0  # the passage is on the other page
    assert page.locator(".fm-viewer .fm-note").count() == 0
    page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Previous page'")
    width = page.locator(".fm-page").evaluate("page => page.offsetWidth")
    page.get_by_role("button", name="Larger").click()
    assert page.locator(".fm-page").evaluate("page => page.offsetWidth") > 1.2 * width
    page.get_by_role("button", name="Next page").click()
    _shown(page, 2)


def test_the_next_passage_of_the_document_follows(page: "Page") -> None:
    _open(page)
    first = page.locator(".fm-viewer").get_attribute("data-rank")
    page.get_by_role("button", name="Next marked passage").click()
    page.wait_for_function("first => document.querySelector('.fm-viewer').dataset.rank !== first", arg=first)
    assert page.locator(".fm-viewer .fm-page i").count() > 0
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.act") == "open"


def test_the_original_is_handed_out_as_it_was_ingested(page: "Page", tmp_path: Path) -> None:
    _open(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download original").click()
    path = tmp_path / "original.pdf"
    download.value.save_as(path)
    assert download.value.suggested_filename == "handbook.pdf"
    assert path.read_bytes() == make_pdf(HANDBOOK)


def test_a_hostile_pdf_shows_the_passage_as_text_and_the_page_stays_alive(page: "Page", site: Site) -> None:
    with site.engine.begin() as connection:
        connection.execute(update(documents).where(documents.c.name == "handbook.pdf").values(content=nested_forms()))
    _open(page)
    page.locator(".fm-viewer .fm-note", has_text="the passage's text is shown").wait_for()
    assert "The boathouse opens at six" in page.locator(".fm-viewer .fm-passage").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Documents").click()
    page.locator(".fm-table").wait_for()
