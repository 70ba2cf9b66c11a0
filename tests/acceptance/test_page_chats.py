"""The list of chats in a real browser: open, search, rename, export, delete."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from app.core.domain import Question
from app.core.settings import Settings
from tests.support.site import EXAMPLES, OPENING, Site, running_site

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
    """The page with two chats of one answer each; the second is open."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(site.address)
    page.wait_for_selector(".fm-example")
    for question in (OPENING, EXAMPLES[1]):
        page.get_by_role("button", name="New chat").click()
        page.wait_for_selector(".fm-welcome")
        box = page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        page.locator("#fm-thread-area .fm-exchange", has_text=question).wait_for()
    yield page
    context.close()


def _menu(page: "Page", title: str, item: str) -> None:
    row = page.locator("#fm-chats-area li", has_text=title)
    row.locator("summary").click()
    row.get_by_role("button", name=item).click()


def test_a_search_opens_the_chat_at_its_hit(page: "Page") -> None:
    page.get_by_label("Search chats").fill("when does the boath")
    page.wait_for_function("document.querySelectorAll('#fm-chats-area li').length === 1")
    page.locator("#fm-chats-area li", has_text=OPENING).locator("[data-act=chat]").click()
    page.locator("#fm-thread-area .fm-exchange.selected", has_text=OPENING).wait_for()
    page.get_by_label("Search chats").fill("zeppelin")
    page.get_by_text("No chat has these words.").wait_for()


def test_a_chat_is_renamed_and_the_open_one_survives_a_reload(page: "Page", site: Site) -> None:
    _menu(page, OPENING, "Rename")
    name = page.locator("#fm-chats-area form:not([hidden]) input")
    name.fill("Boats & <b>")
    name.press("Enter")
    page.locator("#fm-chats-area li", has_text="Boats & <b>").wait_for()
    page.reload()
    page.locator("#fm-thread-area .fm-exchange", has_text=EXAMPLES[1]).wait_for()
    assert {row.title for row in site.services.chats.page()} == {"Boats & <b>", EXAMPLES[1]}


def test_a_chat_is_exported_with_its_sources(page: "Page", tmp_path: Path) -> None:
    with page.expect_download() as download:
        _menu(page, OPENING, "Export as Markdown")
    path = tmp_path / "chat.md"
    download.value.save_as(path)
    text = path.read_text("utf-8")
    assert download.value.suggested_filename.endswith(".md")
    assert OPENING in text
    assert "### Sources" in text


def test_a_deletion_says_what_goes_and_asks_first(page: "Page", site: Site) -> None:
    _menu(page, OPENING, "Delete")
    sure = page.locator(".fm-sure")
    sure.get_by_text("1 chat, 1 answer and").wait_for()
    sure.get_by_role("button", name="Keep").click()
    sure.wait_for(state="detached")
    assert len(site.services.chats.page()) == 2
    _menu(page, OPENING, "Delete")
    sure.get_by_role("button", name="Delete").click()
    page.wait_for_function("document.querySelectorAll('#fm-chats-area li').length === 1")
    assert page.locator("#fm-thread-area .fm-exchange", has_text=EXAMPLES[1]).count() == 1  # the open one stays
    page.get_by_role("button", name="Delete all").click()
    sure.get_by_role("button", name="Delete").click()
    page.get_by_text("No chats yet.").wait_for()
    assert site.services.chats.page() == ()
    assert page.locator("#fm-thread-area .fm-exchange").count() == 0


def test_answers_for_programs_stand_below_the_chats(page: "Page", site: Site) -> None:
    for _ in site.services.answerer.answer(Question(text="How fast is a hole in the hull repaired?")):
        pass
    assert page.get_by_role("button", name="From programs").count() == 0
    page.reload()
    page.get_by_role("button", name="From programs").click()
    programs = page.locator("#fm-programs-area")
    programs.locator("[data-act=recall]").click()
    thread = page.locator("#fm-thread-area")
    thread.get_by_text("A program asked this.").wait_for()
    assert thread.get_by_role("button", name="Ask again").count() == 0
    thread.get_by_role("button", name="Bad answer").click()
    thread.locator("[aria-label='Bad answer'][aria-pressed='true']").wait_for()
    page.locator("#fm-sources-area").get_by_role("tab", name="Details").click()
    page.get_by_label("Your question").fill(OPENING)  # begins a chat of its own
    page.get_by_label("Your question").press("Enter")
    thread.locator(".fm-exchange", has_text=OPENING).wait_for()
    assert thread.locator(".fm-exchange").count() == 1
    page.get_by_label("Search chats").fill("zeppelin")
    page.get_by_text("No chat has these words.").wait_for()
    programs.get_by_role("button", name="From programs").wait_for(state="detached")
    page.get_by_label("Search chats").fill("hull")
    programs.get_by_role("button", name="Delete these").click()
    programs.get_by_role("button", name="Delete", exact=True).click()
    programs.get_by_role("button", name="From programs").wait_for(state="detached")
    assert site.services.programs.page() == ()
    assert len(site.services.chats.page()) == 3


def test_a_deletion_keeps_the_search_over_the_list(page: "Page", site: Site) -> None:
    page.get_by_label("Search chats").fill("when does the boathouse")
    page.wait_for_function("document.querySelectorAll('#fm-chats-area li').length === 1")
    _menu(page, OPENING, "Delete")
    page.locator(".fm-sure").get_by_role("button", name="Delete").click()
    page.get_by_text("No chat has these words.").wait_for()
    assert page.get_by_label("Search chats").input_value() == "when does the boathouse"
    page.get_by_label("Search chats").fill("")
    page.locator("#fm-chats-area li", has_text=EXAMPLES[1]).wait_for()
    assert [row.title for row in site.services.chats.page()] == [EXAMPLES[1]]
