"""Tests are left out only where a program is missing, and never in CI."""

import shutil

import pytest

from tests.support.programs import CHROMIUM, NEEDED_BY_MARKER, missing


@pytest.mark.parametrize("marker", NEEDED_BY_MARKER)
def test_a_missing_program_leaves_its_tests_out_except_in_ci(marker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _command: None)
    assert missing(marker, in_ci=False) is NEEDED_BY_MARKER[marker]
    assert missing(marker, in_ci=True) is None


def test_any_command_of_a_program_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", {"google-chrome": "/opt/google-chrome"}.get)
    assert CHROMIUM.path() == "/opt/google-chrome"
    assert missing("browser", in_ci=False) is None


def test_every_marker_of_the_configuration_has_its_program(pytestconfig: pytest.Config) -> None:
    names = {line.split(":")[0] for line in pytestconfig.getini("markers")}
    assert set(NEEDED_BY_MARKER) <= names
