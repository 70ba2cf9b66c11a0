"""Answers in progress in a real browser: reload, other chats, two tabs, queue, stop."""

import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from app.core.domain import Outcome
from app.core.settings import Settings
from tests.support.site import EXAMPLES, OPENING, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
BEGINNING = "The boathouse opens at six"
SECOND = EXAMPLES[1]


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port."""
    with running_site(database, make_settings(port=0)) as running:
        yield running


@pytest.fixture
def visit(chromium: "Browser", site: Site) -> Iterator[Callable[[], "Page"]]:
    """Opens the page in a browser of its own."""
    contexts = []

    def open_page() -> "Page":
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(site.address)
        page.wait_for_selector(".fm-example")
        return page

    yield open_page
    for context in contexts:
        context.close()


def _ask(page: "Page", question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")


def _writing(page: "Page", site: Site) -> None:
    """Ask a question whose answer stays unfinished until the model goes on."""
    site.services.model.hold(after=6)
    _ask(page, OPENING)
    page.locator(".fm-answer.live").get_by_text(BEGINNING).wait_for()


def _stored(page: "Page", question: str) -> None:
    page.locator("#fm-thread-area .fm-exchange", has_text=question).wait_for()


def test_a_reload_goes_on_showing_the_answer(visit: Callable[[], "Page"], site: Site) -> None:
    page = visit()
    _writing(page, site)
    page.reload()
    page.locator(".fm-answer.live").get_by_text(BEGINNING).wait_for()
    assert not site.services.model.stopped.is_set()
    site.services.model.go_on()
    _stored(page, OPENING)
    assert page.locator("#fm-live-area .fm-exchange").count() == 0


def test_a_new_chat_stays_empty_and_the_list_marks_the_other(visit: Callable[[], "Page"], site: Site) -> None:
    page = visit()
    _writing(page, site)
    page.get_by_role("button", name="New chat").click()
    page.locator(".fm-welcome").wait_for()
    page.locator("#fm-chats-area li", has_text=OPENING).get_by_title("Being answered").wait_for()
    assert page.get_by_role("button", name="Stop").count() == 0
    page.wait_for_timeout(1200)  # two pulses of the running answer
    assert page.locator("#fm-live-area .fm-exchange").count() == 0
    page.locator("#fm-chats-area li", has_text=OPENING).locator("[data-act=chat]").click()
    page.locator(".fm-answer.live").get_by_text(BEGINNING).wait_for()
    page.get_by_role("button", name="New chat").click()
    page.locator(".fm-welcome").wait_for()
    site.services.model.go_on()
    page.wait_for_function("!document.querySelector('.fm-running')")
    assert page.locator("#fm-thread-area .fm-exchange").count() == 0
    page.locator("#fm-chats-area li", has_text=OPENING).locator("[data-act=chat]").click()
    _stored(page, OPENING)


def test_two_tabs_ask_at_once(visit: Callable[[], "Page"], site: Site) -> None:
    first, second = visit(), visit()
    site.services.model.hold(after=6)
    _ask(first, OPENING)
    _ask(second, SECOND)
    first.locator(".fm-answer.live").wait_for()
    second.locator(".fm-answer.live").wait_for()
    site.services.model.go_on()
    _stored(first, OPENING)
    _stored(second, SECOND)
    assert first.locator("#fm-thread-area .fm-exchange", has_text=SECOND).count() == 0
    assert second.locator("#fm-thread-area .fm-exchange", has_text=OPENING).count() == 0


def test_enter_while_writing_queues_and_a_queued_question_can_be_taken_back(
    visit: Callable[[], "Page"], site: Site
) -> None:
    page = visit()
    _writing(page, site)
    _ask(page, SECOND)
    page.locator(".fm-queued", has_text=SECOND).wait_for()
    assert page.get_by_label("Your question").input_value() == ""
    _ask(page, "Who rows on Sunday?")
    sunday = page.locator(".fm-queued", has_text="Sunday")
    sunday.get_by_role("button").click()
    sunday.wait_for(state="detached")
    site.services.model.go_on()
    _stored(page, SECOND)
    assert page.locator(".fm-queued").count() == 0
    row = site.services.chats.page()[0]
    asked = [answer.question for answer in site.services.chats.load(row.id)[1]]
    assert asked == [OPENING, SECOND]


def test_stop_keeps_what_is_written_and_asks_what_waits(visit: Callable[[], "Page"], site: Site) -> None:
    page = visit()
    _writing(page, site)
    _ask(page, SECOND)
    page.locator(".fm-queued", has_text=SECOND).wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator("#fm-live-area .fm-exchange", has_text=SECOND).wait_for()
    site.services.model.go_on()
    _stored(page, SECOND)
    row = site.services.chats.page()[0]
    first, second = site.services.chats.load(row.id)[1]
    assert first.outcome is Outcome.STOPPED
    assert first.text.startswith(BEGINNING)
    assert second.question == SECOND


def test_a_draft_survives_a_reload(visit: Callable[[], "Page"]) -> None:
    page = visit()
    page.get_by_label("Your question").fill("A question not yet")
    page.wait_for_function("sessionStorage.getItem('foremost-draft') === 'A question not yet'")
    page.reload()
    page.wait_for_function("document.querySelector('#fm-question textarea')?.value === 'A question not yet'")


def test_a_lost_server_is_reported_and_the_page_comes_back_by_itself(visit: Callable[[], "Page"]) -> None:
    page = visit()
    page.get_by_label("Your question").fill("A question not yet")
    page.wait_for_function("sessionStorage.getItem('foremost-draft') === 'A question not yet'")
    page.context.set_offline(True)
    page.get_by_text("Connection lost").wait_for()
    with page.expect_navigation():
        page.context.set_offline(False)
    page.wait_for_function("document.querySelector('#fm-question textarea')?.value === 'A question not yet'")
    assert not page.get_by_text("Connection lost").is_visible()


def test_a_restart_of_the_server_keeps_draft_scope_and_the_questions_that_waited(
    database: Engine, make_settings: Callable[..., Settings], chromium: "Browser"
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = make_settings(port=probe.getsockname()[1])
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    with running_site(database, settings) as before:
        page.goto(before.address)
        page.wait_for_selector(".fm-example")
        page.get_by_title("Choose where to search").click()
        page.get_by_role("dialog", name="Where to search").get_by_label("club (3)").check()
        page.locator(".fm-chips span.fm-chip").wait_for()
        page.keyboard.press("Escape")
        _writing(page, before)
        _ask(page, SECOND)
        page.locator(".fm-queued", has_text=f"Asked next: {SECOND}").wait_for()
        page.get_by_label("Your question").fill("A question not yet")
        page.wait_for_function("sessionStorage.getItem('foremost-draft') === 'A question not yet'")
        shelf = before.shelf
    page.locator(".fm-lost").wait_for()
    with running_site(database, settings, shelf=shelf) as after:
        left = page.locator(".fm-queued", has_text="Not asked:")
        left.wait_for()
        page.wait_for_function("document.querySelector('#fm-question textarea')?.value === 'A question not yet'")
        assert "collection club" in page.locator(".fm-chips").inner_text()
        left.get_by_role("button", name="Ask now").click()
        _stored(page, SECOND)
        assert page.locator(".fm-queued").count() == 0
        row = after.services.chats.page()[0]
        first, second = after.services.chats.load(row.id)[1]
        assert (first.outcome, second.outcome) == (Outcome.STOPPED, Outcome.ANSWERED)
        assert second.collection == "club"
        assert after.services.unanswered.of(row.id) == ()
    context.close()
