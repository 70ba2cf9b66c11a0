"""The Measure tab in a real browser: start, follow, stop, choose by a budget, apply."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine

from app.core.settings import Settings
from tests.support.fake_tuning import FakeTuning
from tests.support.site import running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def tuning() -> FakeTuning:
    return FakeTuning()


@pytest.fixture
def open_dial(
    chromium: "Browser", database: Engine, make_settings: Callable[..., Settings], tuning: FakeTuning
) -> Iterator[Callable[..., "Page"]]:
    """Open the page at its Measure tab."""
    contexts = []
    with running_site(database, make_settings(port=0), tuning=tuning) as site:

        def open_page(**options: Any) -> "Page":
            context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.goto(site.address)
            page.get_by_role("tab", name="Measure").click()
            page.wait_for_selector("#fm-dial-intro p")
            return page

        yield open_page
        for context in contexts:
            context.close()


def test_a_sweep_is_started_followed_and_its_setting_applied(
    open_dial: Callable[..., "Page"], tuning: FakeTuning
) -> None:
    page = open_dial()
    assert "340 golden questions, 40 of them unanswerable" in page.locator("#fm-dial-intro").inner_text()
    page.get_by_role("button", name="Measure every setting").click()
    page.wait_for_selector('#fm-dial-progress [aria-valuenow="25"]')
    assert page.get_by_role("button", name="Measure every setting").is_disabled()

    tuning.finish()
    page.wait_for_selector("#fm-dial-chart svg")
    assert page.locator("#fm-dial-chart .fm-dot").count() == 11
    page.get_by_label("Milliseconds before the model begins").fill("150")
    page.wait_for_function(
        "document.querySelector('#fm-dial-choice b')?.innerText === '10 candidates, full, 5 passages'"
    )
    page.locator("#fm-dial-apply").click()
    page.wait_for_selector("#fm-dial-message .fm-message")
    assert tuning.applied == [{"reranker": "auto", "candidates": "10", "passages": "5"}]


def test_a_budget_that_no_setting_meets_and_a_covered_setting_are_problems(
    open_dial: Callable[..., "Page"], tuning: FakeTuning
) -> None:
    tuning.finish()
    tuning.covered = ("FOREMOST_CANDIDATES",)
    page = open_dial()
    page.get_by_label("Milliseconds before the model begins").fill("1")
    page.wait_for_selector("#fm-dial-choice .fm-problem")
    assert page.locator("#fm-dial-apply").is_disabled()
    page.get_by_label("Milliseconds before the model begins").fill("900")
    page.wait_for_selector("#fm-dial-choice .fm-choice")
    page.locator("#fm-dial-apply").click()
    page.wait_for_selector("#fm-dial-message .fm-problem")
    assert "FOREMOST_CANDIDATES is set in the environment" in page.locator("#fm-dial-message").inner_text()


def test_a_sweep_can_be_stopped_and_refusals_be_measured(open_dial: Callable[..., "Page"], tuning: FakeTuning) -> None:
    page = open_dial()
    page.get_by_role("button", name="Measure every setting").click()
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#fm-dial-progress p")
    assert "What was scored is kept" in page.locator("#fm-dial-progress").inner_text()
    page.get_by_role("button", name="Measure refusals").click()
    page.locator("#fm-dial-curve", has_text="Apply changes relevance_floor 0.20 →").wait_for()
    page.get_by_role("button", name="Apply this floor").click()
    page.wait_for_selector("#fm-dial-message .fm-message")
    assert list(tuning.applied[0]) == ["relevance_floor"]
    assert "beyond the passage limit" in page.locator("#fm-dial-curve").inner_text()


def test_on_a_phone_nothing_is_wider_than_the_screen(open_dial: Callable[..., "Page"], tuning: FakeTuning) -> None:
    tuning.finish()
    tuning.start_floor()
    page = open_dial(viewport={"width": 390, "height": 800})
    page.wait_for_selector("#fm-dial-curve svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_few_questions_give_no_recommendation_but_drafts(open_dial: Callable[..., "Page"], tuning: FakeTuning) -> None:
    tuning.shrink(12)
    tuning.finish()
    page = open_dial()
    assert "18 more are needed before a setting is recommended" in page.locator("#fm-dial-intro").inner_text()
    assert "12 of 30 test questions were measured, 18 are missing" in page.locator("#fm-dial-choice").inner_text()
    assert page.locator("#fm-dial-apply").is_disabled()
    page.get_by_role("button", name="Draft 30 from your documents").click()
    page.locator("#fm-dial-drafts", has_text="Question 29?").wait_for()
    page.get_by_role("button", name="Accept the drafts").click()
    page.locator("#fm-dial-message", has_text="30 drafts count now.").wait_for()
    assert "42 golden questions" in page.locator("#fm-dial-intro").inner_text()


def test_apply_tells_before_and_after_and_whom_it_concerns(
    open_dial: Callable[..., "Page"], tuning: FakeTuning
) -> None:
    tuning.finish()
    page = open_dial()
    choice = page.locator("#fm-dial-choice")
    choice.get_by_text("Apply changes").wait_for()
    assert "candidates 50 → 20" in choice.inner_text()
    assert "for everybody who asks here" in choice.inner_text()
    assert page.locator("#fm-dial-chart .fm-grid text").first.text_content() == "0"  # the axis begins at nothing
    page.locator("#fm-dial-apply").click()
    page.locator("#fm-dial-message", has_text="FOREMOST_CANDIDATES 50 → 20").wait_for()
