"""The compose file: no password that everybody knows, closed containers, names and proxies passed through."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
LONG_RUNNING = ("db", "ollama", "app", "worker")


def _make_secret(folder: Path, password: str = "") -> None:
    """Run the script of the service `secret` in a folder; only root can give a file to another user."""
    script = SERVICES["secret"]["entrypoint"][-1].replace("$$", "$").replace("/secrets", str(folder))
    script = 'chown() { test -e "$2"; }\n' + script
    environment = {"PATH": "/usr/bin:/bin", "POSTGRES_PASSWORD": password}
    subprocess.run(["/bin/bash", "-ec", script], env=environment, check=True)


def test_the_first_start_makes_a_password_and_later_ones_keep_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    _make_secret(first)
    password = (first / "password").read_text()
    _make_secret(first)
    _make_secret(second)

    assert len(password) == 44
    assert (first / "password").read_text() == password
    assert (second / "password").read_text() != password
    assert (first / "pgpass").read_text() == f"db:5432:foremost:foremost:{password}\n"
    assert all(file.stat().st_mode & 0o077 == 0 for file in first.iterdir())


def test_a_given_password_is_used_whatever_it_holds(tmp_path: Path) -> None:
    _make_secret(tmp_path, r"a:b\c d$")

    assert (tmp_path / "password").read_text() == r"a:b\c d$"
    assert (tmp_path / "pgpass").read_text() == "db:5432:foremost:foremost:" + r"a\:b\\c d$" + "\n"


def test_no_password_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert "POSTGRES_PASSWORD:-foremost" not in text
    assert SERVICES["db"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/secrets/password"
    assert "@" in SERVICES["app"]["environment"]["DATABASE_URL"].partition("://")[2]
    assert ":" not in SERVICES["app"]["environment"]["DATABASE_URL"].partition("://")[2].partition("@")[0]


@pytest.mark.parametrize("name", SERVICES)
def test_containers_are_read_only_without_capabilities(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    if name in LONG_RUNNING:
        assert service["mem_limit"]
        assert service["pids_limit"]
        assert service["tmpfs"]


def test_names_proxies_and_login_are_passed_through() -> None:
    environment = SERVICES["app"]["environment"]
    for name in ("ALLOWED_HOSTS", "TRUSTED_PROXIES", "ROOT_PATH", "LOGIN_USER", "LOGIN_PASSWORD", "OPEN"):
        assert environment[f"FOREMOST_{name}"].startswith(f"${{FOREMOST_{name}:-")
