"""Chromium for the tests of the page."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.support.programs import CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_FLAGS = (
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """The system's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    path = CHROMIUM.path()
    if path is None:
        pytest.fail(f"There is no Chromium on this machine: {CHROMIUM.fix}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        with suppress(Exception):
            browser.close()
