"""The Documents tab in a real browser: sort, select, move, retry, open, ask; what an empty library shows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, text

from app.core.settings import Settings
from tests.support.axe import violations
from tests.support.site import Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port."""
    with running_site(database, make_settings(port=0)) as running:
        yield running


@pytest.fixture
def page(chromium: "Browser", site: Site) -> Iterator["Page"]:
    """The Documents tab."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(site.address)
    page.get_by_role("tab", name="Documents").click()
    page.locator(".fm-table").wait_for()
    yield page
    context.close()


def _names(page: "Page") -> list[str]:
    return page.locator(".fm-table tbody .fm-name b").all_inner_texts()


def test_types_and_the_size_limit_are_told_and_states_counted(page: "Page") -> None:
    assert "PDF, Word" in page.locator("#fm-kinds").inner_text()
    assert "Up to 100 MiB a file" in page.locator("#fm-kinds").inner_text()
    assert page.locator("#fm-document-list .fm-count").inner_text() == "4 documents: 3 ready, 1 failed"


def test_a_column_sorts_the_list_and_again_turns_it_round(page: "Page") -> None:
    header = page.locator(".fm-table [data-column='name']")
    header.click()
    page.locator(".fm-table th[aria-sort='ascending']").wait_for()
    assert _names(page) == ["boats.md", "handbook.pdf", "kayaks.txt", "locked.pdf"]
    header.press("Enter")
    page.locator(".fm-table th[aria-sort='descending']").wait_for()
    assert _names(page) == ["locked.pdf", "kayaks.txt", "handbook.pdf", "boats.md"]


def test_selected_documents_move_to_a_new_collection_or_are_deleted(page: "Page", site: Site) -> None:
    page.get_by_label("Select boats.md").check()
    page.get_by_label("Select kayaks.txt").check()
    bulk = page.locator(".fm-bulk")
    assert "2 selected" in bulk.inner_text()
    assert violations(page) == []
    bulk.get_by_label("Move to").fill("water")
    bulk.get_by_role("button", name="Move").click()
    page.locator("#fm-upload-message", has_text="2 documents are now in water.").wait_for()
    assert {row.name for row in site.services.library.documents("water")} == {"boats.md", "kayaks.txt"}
    page.locator("tr", has_text="boats.md").locator("[data-label='Collection']", has_text="water").wait_for()
    assert not bulk.is_visible()

    page.get_by_label("Select all listed documents").check()
    bulk.get_by_role("button", name="Delete…").click()
    bulk.get_by_role("button", name="Keep").click()
    page.get_by_label("Select boats.md").uncheck()
    bulk.get_by_role("button", name="Delete…").click()
    bulk.get_by_label("Also from kept answers").check()
    bulk.get_by_role("button", name="Delete", exact=True).click()
    page.locator("#fm-upload-message", has_text="The words are removed from 0 kept answers.").wait_for()
    page.locator("tr", has_text="locked.pdf").wait_for(state="detached")
    assert [row.name for row in site.services.library.documents()] == ["boats.md"]


def test_a_document_is_opened_and_asked_about(page: "Page") -> None:
    page.get_by_role("button", name="Open handbook.pdf").click()
    page.locator(".fm-viewer .fm-page[data-page='1']").wait_for()
    page.get_by_role("button", name="Next page").click()
    page.locator(".fm-viewer .fm-page[data-page='2']").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download original").click()
    assert download.value.suggested_filename == "handbook.pdf"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open boats.md").click()
    page.locator(".fm-viewer .fm-document", has_text="Rinse every boat").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ask about boats.md").click()
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    bar = page.locator("#fm-bar-area")
    bar.get_by_text("document boats.md").wait_for()
    bar.get_by_text("collection club").wait_for()
    page.keyboard.type("How fast is a hole in the hull repaired?")
    page.keyboard.press("Enter")
    page.locator("#fm-thread-area .fm-foot", has_text="boats.md").wait_for()


def test_a_failed_upload_is_tried_again_and_uploads_are_summed_up(page: "Page", site: Site, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.txt", "two.txt")]
    for path in paths:
        path.write_text("Oars.", "utf-8")
    page.locator("#fm-files input[type=file]").set_input_files([str(path) for path in paths])
    page.locator("#fm-upload-message", has_text="2 files are stored in default and queued").wait_for()
    assert "one.txt, two.txt" in page.locator("#fm-upload-message").inner_text()
    with site.engine.begin() as connection:
        connection.execute(text("UPDATE uploads SET status = 'failed', error = 'It broke.' WHERE name = 'one.txt'"))
    page.locator("tr", has_text="It broke.").wait_for()
    page.get_by_role("button", name="Retry one.txt").click()
    page.locator("tr", has_text="It broke.").wait_for(state="detached")
    page.get_by_role("button", name="Retry locked.pdf").click()
    page.locator("#fm-upload-message", has_text="The file is queued and will be read again.").wait_for()


def test_an_empty_library_leads_to_the_drop_zone(chromium: "Browser", site: Site) -> None:
    with site.engine.begin() as connection:
        connection.execute(text("DELETE FROM documents"))
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(site.address)
    page.get_by_role("button", name="Add documents").click()
    page.locator("#fm-files").wait_for()
    page.get_by_text("No documents yet", exact=True).wait_for()
    assert not page.get_by_label("Find documents by name").is_visible()
    context.close()
