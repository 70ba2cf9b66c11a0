"""Tesseract for the tests of scanned pages; where there is none, one line at the end says how many were left out."""

import shutil

import pytest

_LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs tesseract on a machine without it."""
    reading = [item for item in items if item.get_closest_marker("tesseract")]
    if not reading or shutil.which("tesseract"):
        return
    for item in reading:
        item.add_marker(pytest.mark.skip(reason="no tesseract on this machine"))
    config.stash[_LEFT_OUT] = len(reading)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one line."""
    left_out = config.stash.get(_LEFT_OUT, 0)
    if left_out:
        terminalreporter.write_line(
            f"{left_out} tests of scanned pages were left out: they need tesseract. "
            "Get it with: apt-get install tesseract-ocr (Debian), brew install tesseract (macOS).",
            yellow=True,
        )
