"""Versions of an answer in a real browser: given again, to an edited question, looked back at."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from app.core.settings import Settings
from tests.support.axe import violations
from tests.support.site import EXAMPLES, OPENING, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SECOND = EXAMPLES[1]
EDITED = "When does the boathouse open on Sunday, and how are boats booked?"


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port."""
    with running_site(database, make_settings(port=0)) as running:
        yield running


@pytest.fixture
def page(chromium: "Browser", site: Site) -> Iterator["Page"]:
    """A browser with two answers in one chat."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(site.address)
    page.wait_for_selector(".fm-example")
    for question in (OPENING, SECOND):
        box = page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        page.locator("#fm-thread-area .fm-exchange", has_text=question).wait_for()
    yield page
    context.close()


def shown(page: "Page") -> list[str]:
    return page.locator(".fm-exchange .fm-question").all_text_contents()


def test_a_question_is_edited_in_its_place_and_the_earlier_version_can_be_shown_again(page: "Page", site: Site) -> None:
    page.get_by_label("Your question").fill("A draft")
    first = page.locator(".fm-exchange").first
    first.get_by_role("button", name="Edit the question and ask again").click()
    field = first.get_by_role("textbox", name="The question")
    assert field.input_value() == OPENING
    field.press("Escape")
    assert field.count() == 0
    first.get_by_role("button", name="Edit the question and ask again").click()
    assert violations(page) == []

    site.services.model.hold(after=6)
    field.fill(EDITED)
    field.press("Enter")
    page.locator("#fm-live-area .fm-answer.live").wait_for()
    assert shown(page) == [EDITED, SECOND]  # in its own place, before what was asked after it
    site.services.model.go_on()
    page.locator("#fm-thread-area .fm-versions", has_text="2 of 2").wait_for()
    assert shown(page) == [EDITED, SECOND]
    assert page.locator(".fm-exchange.selected .fm-question").text_content() == EDITED
    assert page.get_by_label("Your question").input_value() == "A draft"

    page.get_by_role("button", name="Previous version").click()
    page.locator(".fm-versions", has_text="1 of 2").wait_for()
    assert shown(page) == [OPENING, SECOND]
    assert violations(page) == []
    (chat,) = site.services.chats.page()
    assert [answer.question for answer in site.services.chats.load(chat.id)[1]] == [OPENING, SECOND]
    page.reload()
    page.locator(".fm-versions", has_text="1 of 2").wait_for()
    assert shown(page) == [OPENING, SECOND]

    site.services.model.hold(after=6)
    page.locator(".fm-exchange").first.get_by_role("button", name="Ask again", exact=True).click()
    page.locator("#fm-live-area .fm-answer.live").wait_for()
    page.reload()
    page.locator("#fm-live-area .fm-answer.live").wait_for()
    assert shown(page) == [OPENING, SECOND]
    page.get_by_role("button", name="Stop").click()
    page.locator("#fm-thread-area .fm-versions", has_text="3 of 3").wait_for()
    assert shown(page) == [OPENING, SECOND]
    assert page.locator("#fm-after-area .fm-exchange").count() == 0
