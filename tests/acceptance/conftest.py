"""Chromium for the tests of the page; where there is none, one line at the end says how many tests were left out."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LEFT_OUT = pytest.StashKey[int]()


def _chromium() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a browser on a machine without one."""
    browser_items = [item for item in items if item.get_closest_marker("browser")]
    if not browser_items or _chromium() is not None:
        return
    for item in browser_items:
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
    config.stash[_LEFT_OUT] = len(browser_items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one line."""
    left_out = config.stash.get(_LEFT_OUT, 0)
    if left_out:
        terminalreporter.write_line(
            f"{left_out} tests of the page were left out: they need Chromium. "
            "Get it with: apt-get install chromium (Debian), or any package that puts chromium on the PATH.",
            yellow=True,
        )


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """The system's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    path = _chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        with suppress(Exception):
            browser.close()
