"""The page for people who use a keyboard, a screen reader or a phone: axe-core in every state, and a path of keys."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine

from app.core.domain import Question
from app.core.settings import Settings
from tests.support.axe import violations
from tests.support.fake_tuning import FakeTuning
from tests.support.site import OPENING, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)  # pixels: a desk and a phone


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page with a measurement that is finished."""
    tuning = FakeTuning()
    tuning.finish()
    tuning.start_floor()
    with running_site(database, make_settings(port=0), tuning=tuning) as running:
        yield running


@pytest.fixture
def visit(chromium: "Browser", site: Site) -> Iterator[Callable[..., "Page"]]:
    """Open the page in a fresh browser profile."""
    contexts = []

    def open_page(**options: Any) -> "Page":
        context = chromium.new_context(
            reduced_motion="reduce", **({"viewport": {"width": 1280, "height": 900}} | options)
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(site.address)
        page.wait_for_selector(".fm-example")
        return page

    yield open_page
    for context in contexts:
        context.close()


def ask(page: "Page", question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator("#fm-thread-area .fm-actions").first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_state_of_the_page_has_a_grave_violation(
    visit: Callable[..., "Page"], site: Site, scheme: str, width: int
) -> None:
    for _ in site.services.answerer.answer(Question(text="How fast is a hole in the hull repaired?")):
        pass  # asked by a program
    page = visit(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found: dict[str, list[str]] = {}

    def check(state: str) -> None:
        page.wait_for_timeout(250)  # colours of Gradio's controls change over a moment
        found[state] = violations(page)

    check("welcome")
    ask(page, OPENING)
    check("answer")
    for tab in ("All 7", "Details", "Sources"):
        page.locator("#fm-sources-area").get_by_role("tab", name=tab).click()
        check(tab)
    page.locator("#fm-sources-area .fm-card").first.get_by_role("button", name="Open").click()
    page.locator(".fm-viewer .fm-view-body").wait_for()
    check("viewer")
    page.keyboard.press("Escape")
    for opener in ("Choose where to search", "Choose the model", "Passages, candidates and reranker"):
        page.get_by_title(opener).click()
        page.locator(".fm-panel").wait_for()
        check(opener)
        if opener == "Choose where to search":
            page.get_by_label("club (3)").check()
            page.locator(".fm-chips span.fm-chip").wait_for()
        page.keyboard.press("Escape")
        page.locator(".fm-panel").wait_for(state="detached")
    for state, question, part in (
        ("not found", "Which minister spoke in parliament yesterday?", "[data-act=everywhere]"),
        ("unsupported", "What is the fax number of the boathouse?", ".fm-answer-verdict.unsupported"),
    ):
        page.get_by_label("Your question").fill(question)
        page.get_by_label("Your question").press("Enter")
        page.locator(f"#fm-thread-area {part}").wait_for()
        check(state)
    site.services.model.hold(after=2)
    page.get_by_label("Your question").fill(OPENING)
    page.get_by_label("Your question").press("Enter")
    page.locator(".fm-answer.live").wait_for()
    page.get_by_label("Your question").fill("And then?")
    page.get_by_label("Your question").press("Enter")
    page.locator(".fm-queued").wait_for()
    check("written and queued")
    page.locator(".fm-queued").get_by_role("button", name="Do not ask this").click()
    page.locator(".fm-queued").wait_for(state="detached")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Ask", exact=True).wait_for()
    site.services.model.go_on()
    if width < 900:
        page.get_by_role("button", name="Chats").click()
    page.get_by_role("button", name="From programs").click()
    page.get_by_role("button", name="Delete these").click()
    page.locator("#fm-programs-area .fm-sure").wait_for()
    check("programs")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.locator("#fm-programs-area [data-act=recall]").click()
    page.get_by_text("A program asked this.").wait_for()
    check("program's answer")
    page.get_by_role("tab", name="Documents").click()
    page.locator("#fm-document-list .fm-table").wait_for()
    page.get_by_label("Select boats.md").check()
    page.get_by_role("button", name="Delete…").click()
    check("Documents")
    page.get_by_role("tab", name="Measure").click()
    page.locator("#fm-dial-chart svg").wait_for()
    check("Measure")

    problems = [f"{state}: {line}" for state, lines in found.items() for line in lines]
    assert problems == [], "\n".join(problems)


def focus(page: "Page") -> str:
    """What has the focus: tag, id and action; "BODY" when nothing has."""
    return str(
        page.evaluate(
            "(one => [one.tagName, one.id, one.dataset.act].filter(Boolean).join(' '))(document.activeElement)"
        )
    )


def tab_to(page: "Page", selector: str, *, key: str = "Tab") -> None:
    """Press Tab until an element has the focus."""
    passed = []
    for _ in range(90):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        passed.append(focus(page))
    pytest.fail(f"{selector} cannot be reached with {key}: {passed}")


def test_the_page_is_used_with_keys_alone(visit: Callable[..., "Page"]) -> None:
    page = visit()
    assert focus(page).startswith("TEXTAREA")  # ready to type
    page.keyboard.type(OPENING)
    page.keyboard.press("Enter")
    page.locator("#fm-thread-area .fm-actions").wait_for()
    assert focus(page).startswith("TEXTAREA")

    tab_to(page, ".fm-mark", key="Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".fm-card.chosen").wait_for()
    assert focus(page).startswith("ARTICLE")
    page.keyboard.press("Escape")
    assert focus(page).endswith("pick")

    tab_to(page, ".fm-action[aria-label='Good answer']")
    page.keyboard.press("Enter")
    page.locator(".fm-action[aria-label='Good answer'][aria-pressed='true']").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Good answer"  # redrawn, and kept

    tab_to(page, ".fm-card [data-act='open']")
    page.keyboard.press("Enter")
    page.locator(".fm-viewer").wait_for()
    for _ in range(14):  # nothing behind the dialog is reached
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.fm-viewer') !== null")
    page.keyboard.press("Escape")
    page.locator(".fm-viewer").wait_for(state="detached")
    assert focus(page).endswith("open")


def test_no_list_stays_open_behind_the_focus(visit: Callable[..., "Page"]) -> None:
    page = visit()
    ask(page, OPENING)
    page.locator(".fm-menu summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".fm-menu[open]").count() == 1
    tab_to(page, "#fm-question textarea")
    assert page.locator(".fm-menu[open]").count() == 0

    page.get_by_title("Passages, candidates and reranker").focus()
    page.keyboard.press("Enter")
    page.locator(".fm-panel").wait_for()
    page.keyboard.press("Escape")
    page.locator(".fm-panel").wait_for(state="detached")
    assert "fm-chip" in str(page.evaluate("document.activeElement.className"))

    page.get_by_role("tab", name="Documents").click()
    collection = page.locator("#fm-target input")
    collection.focus()
    page.get_by_role("listbox").wait_for()
    # Both keys at once: Gradio opens its list a moment after the first one, when the focus has left already.
    collection.evaluate(
        "field => { field.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true}));"
        " field.blur(); }"
    )
    page.get_by_role("listbox").wait_for(state="detached")
    collection.focus()
    page.get_by_role("listbox").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.get_by_role("listbox").wait_for(state="detached")
    assert not focus(page).startswith("BODY")


def test_a_deleted_row_hands_the_focus_to_its_neighbour(visit: Callable[..., "Page"]) -> None:
    page = visit()
    page.get_by_role("tab", name="Documents").click()
    page.get_by_role("button", name="Delete boats.md").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the second button, which the first one showed
    page.locator("tr", has_text="boats.md").wait_for(state="detached")
    page.wait_for_function("document.activeElement.closest('#fm-document-list') !== null")


SMALL = """() => [...document.querySelectorAll('button, summary, input, textarea, [role=tab], select')]
  .filter(one => one.checkVisibility({opacityProperty: true, visibilityProperty: true}) && one.type !== 'file')
  .map(one => [one, (one.closest('.fm-tick') ?? one).getBoundingClientRect()])
  .filter(([one, box]) => box.width > 2 && box.height > 2 && !one.closest('.fm-mark'))
  .filter(([one, box]) => Math.min(box.width, box.height) < 43.5)
  .map(([one, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${one.outerHTML.slice(0, 140)}`)"""


def test_every_target_on_a_phone_has_44_pixels(visit: Callable[..., "Page"]) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    small = list(page.evaluate(SMALL))
    ask(page, OPENING)
    small += page.evaluate(SMALL)
    marker = page.locator(".fm-mark").first.bounding_box()
    assert marker is not None
    assert min(marker["width"], marker["height"]) >= 28  # it stands in a sentence
    for tab, area in (
        ("Documents", ".fm-table"),
        ("Measure", "#fm-dial-chart svg"),
    ):
        page.get_by_role("tab", name=tab).click()
        page.locator(area).wait_for()
        small += page.evaluate(SMALL)
    assert small == [], "\n".join(small)


def test_a_passage_opens_over_the_conversation_on_a_phone(visit: Callable[..., "Page"]) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, OPENING)
    marker = page.locator(".fm-mark").first
    marker.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    marker.tap()

    sheet = page.locator(".fm-card.sheet")
    sheet.wait_for()
    box = sheet.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    assert box["height"] <= 0.73 * 844
    assert page.evaluate("scrollY") == before
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    sheet.get_by_role("button", name="Close").tap()
    sheet.wait_for(state="detached")
    assert page.evaluate("scrollY") == before
    assert focus(page).endswith("pick")


def test_chats_are_a_drawer_on_a_phone(visit: Callable[..., "Page"]) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, OPENING)
    page.evaluate("scrollTo(0, 0)")
    place = page.locator("#fm-thread-area").bounding_box()
    button = page.get_by_role("button", name="Chats")
    button.tap()
    drawer = page.locator(".fm-chat-side")
    box = drawer.bounding_box()
    assert box is not None
    assert (box["x"], box["y"]) == (0, 0)
    assert box["width"] < 390
    assert page.locator("#fm-thread-area").bounding_box() == place  # nothing moved behind it
    assert violations(page) == []
    page.touchscreen.tap(380, 600)
    page.get_by_label("Search chats").wait_for(state="hidden")
    button.tap()
    page.locator(".fm-chat-list [data-act='chat']").first.tap()
    page.get_by_label("Search chats").wait_for(state="hidden")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_label("Search chats").wait_for(state="hidden")
    assert focus(page).endswith("flip")
