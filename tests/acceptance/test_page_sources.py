"""The right side in a real browser: its tabs, and the sentence that a marker points to."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from app.core.settings import Settings
from tests.support.site import OPENING, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
QUOTED = "CSS.highlights.get('fm-quote') ? [...CSS.highlights.get('fm-quote')].map(String) : []"


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port."""
    with running_site(database, make_settings(port=0)) as running:
        yield running


@pytest.fixture
def page(chromium: "Browser", site: Site) -> Iterator["Page"]:
    """An answer with its sources."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(site.address)
    page.wait_for_selector(".fm-example")
    box = page.get_by_label("Your question")
    box.fill(OPENING)
    box.press("Enter")
    page.locator("#fm-thread-area .fm-actions").wait_for()
    yield page
    context.close()


def test_three_tabs_hold_the_passages_all_candidates_and_the_details(page: "Page") -> None:
    side = page.locator("#fm-sources-area")
    tabs = side.get_by_role("tab")
    assert tabs.all_inner_texts() == ["Sources", "All 7", "Details"]
    side.get_by_role("tab", name="Sources").focus()
    page.keyboard.press("ArrowRight")
    assert side.get_by_role("tabpanel").locator("tbody tr").count() == 7
    assert not side.locator(".fm-card").first.is_visible()
    page.keyboard.press("ArrowRight")
    side.get_by_role("tabpanel").locator("summary", has_text="The prompt as it was sent").click()
    assert "boathouse" in side.get_by_role("tabpanel").locator("pre").last.inner_text()
    page.locator(".fm-mark").first.click()  # a marker leads back to its card
    assert side.locator(".fm-card.chosen").is_visible()


def test_a_marker_shows_the_sentence_it_points_to(page: "Page") -> None:
    first, second = page.locator(".fm-mark").nth(0), page.locator(".fm-mark").nth(1)
    first.hover()
    tip = page.get_by_role("tooltip")
    assert tip.inner_text().startswith("The boathouse opens at six in the morning and closes at nine in the evening.")
    (quoted,) = page.evaluate(QUOTED)
    assert " ".join(quoted.split()).startswith("The boathouse opens at six")
    page.mouse.move(5, 5)
    assert tip.count() == 0

    second.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert tip.inner_text().startswith("Boats are booked in the logbook")
    assert second.get_attribute("aria-describedby") == "fm-quote"
    (quoted,) = page.evaluate(QUOTED)
    assert " ".join(quoted.split()).startswith("Boats are booked in the logbook")
    page.keyboard.press("Escape")
    assert tip.count() == 0


def test_the_viewer_marks_the_quoted_sentence(page: "Page") -> None:
    page.locator(".fm-mark").nth(1).click()
    page.locator("#fm-sources-area .fm-card.chosen").get_by_role("button", name="Open page").click()
    quoted = page.locator(".fm-viewer .fm-page i.fm-quoted")
    quoted.first.wait_for()
    assert quoted.count() == 2  # the sentence stands on two lines


def test_passages_and_documents_are_found_while_somebody_types(page: "Page") -> None:
    panel = page.locator("#fm-why-area")
    field = panel.get_by_label("What should have been found")
    field.press_sequentially("oars hang by the blade", delay=5)
    found = page.locator("#fm-why-area-found .fm-look li")
    found.first.wait_for()
    assert "near" in found.first.inner_text()
    assert "Winter" in found.first.inner_text()
    assert page.evaluate("document.activeElement.name") == "expect"  # typing goes on

    field.fill("boats.md")
    document = found.filter(has_text="document").filter(has_text="boats.md")
    document.wait_for()
    field.fill("oars hang by the blade")
    found.filter(has_text="Winter").locator("button").click()
    panel.locator(".fm-verdict").wait_for()
    assert "Looking after boats › Winter" in panel.locator(".fm-standings .expected").inner_text()
    assert page.locator(".fm-look").is_hidden()


def test_words_that_are_nowhere_are_not_ingested(page: "Page") -> None:
    panel = page.locator("#fm-why-area")
    panel.get_by_label("What should have been found").fill("zeppelins over the glacier")
    page.keyboard.press("Enter")
    panel.locator(".fm-verdict h3", has_text="Not ingested").wait_for()
