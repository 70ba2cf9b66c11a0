"""The compose file: no password that everybody knows, closed containers, names and proxies passed through."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
LONG_RUNNING = ("db", "ollama", "app", "worker")


USERS = ("foremost", "foremost_worker", "foremost_server")


def _make_secret(folder: Path, password: str = "") -> None:
    """Run the script of the service `secret` in a folder; only root can give a file to another user."""
    for user in USERS:
        (folder / user).mkdir(parents=True, exist_ok=True)
    script = SERVICES["secret"]["entrypoint"][-1].replace("$$", "$").replace("/secrets", str(folder))
    script = 'chown() { test -e "$2"; }\n' + script
    environment = {"PATH": "/usr/bin:/bin", "POSTGRES_PASSWORD": password}
    subprocess.run(["/bin/bash", "-ec", script], env=environment, check=True)


def test_the_first_start_makes_passwords_and_later_ones_keep_them(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    _make_secret(first)
    passwords = {user: (first / user / "password").read_text() for user in USERS}
    _make_secret(first)
    _make_secret(second)

    assert len({*passwords.values(), *((second / user / "password").read_text() for user in USERS)}) == 6
    for user, password in passwords.items():
        assert len(password) == 44
        assert (first / user / "password").read_text() == password
        assert (first / user / "pgpass").read_text() == f"db:5432:*:{user}:{password}\n"
        assert all(file.stat().st_mode & 0o077 == 0 for file in (first / user).iterdir())


def test_a_given_password_is_the_owners_whatever_it_holds(tmp_path: Path) -> None:
    _make_secret(tmp_path, r"a:b\c d$")

    assert (tmp_path / "foremost" / "password").read_text() == r"a:b\c d$"
    assert (tmp_path / "foremost" / "pgpass").read_text() == "db:5432:*:foremost:" + r"a\:b\\c d$" + "\n"
    assert (tmp_path / "foremost_server" / "password").read_text() != r"a:b\c d$"


def test_no_password_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert "POSTGRES_PASSWORD:-foremost" not in text
    assert SERVICES["db"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/secrets/password"
    for user, service in zip(USERS, ("migrate", "worker", "app"), strict=True):
        assert SERVICES[service]["environment"]["DATABASE_URL"] == f"postgresql://{user}@db:5432/foremost"


def test_each_container_has_the_secret_of_its_own_database_user_alone() -> None:
    secrets = {
        name: [volume.split(":")[0] for volume in service.get("volumes", ()) if "secrets" in volume]
        for name, service in SERVICES.items()
    }
    every = ["secrets", "worker-secrets", "server-secrets"]
    assert {name: found for name, found in secrets.items() if found} == {
        "secret": every, "db": ["secrets"], "migrate": ["secrets"], "roles": every, "app": ["server-secrets"],
        "worker": ["worker-secrets"],
    }  # fmt: skip
    written = [
        name
        for name, found in SERVICES.items()
        if any(v.count(":") < 2 for v in found.get("volumes", ()) if "secrets" in v)
    ]
    assert written == ["secret"]


def test_the_page_and_the_worker_wait_for_their_rights() -> None:
    assert SERVICES["roles"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    for name in ("app", "worker"):
        assert SERVICES[name]["depends_on"]["roles"]["condition"] == "service_completed_successfully"
    mounted = SERVICES["roles"]["volumes"][0].split(":")[0]
    assert (ROOT / mounted).is_file()


def test_images_are_exact_versions_that_a_digest_may_replace() -> None:
    docker = (ROOT / "Dockerfile").read_text("utf-8")
    images = [service["image"] for service in SERVICES.values() if service["image"] != "foremost"]
    images.append(COMPOSE["x-foremost"]["build"]["args"]["PYTHON_IMAGE"])
    for image in images:
        variable, default = re.fullmatch(r"\$\{([A-Z]+_IMAGE):-(.+)\}", image).groups()  # type: ignore[union-attr]
        assert variable in (ROOT / "app" / "OPERATIONS.md").read_text("utf-8")
        assert re.search(r":\d+\.\d+\.\d+", default), default
    assert f"ARG PYTHON_IMAGE={default}\nFROM ${{PYTHON_IMAGE}}" in docker


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
    for name in (
        "ALLOWED_HOSTS",
        "TRUSTED_PROXIES",
        "ROOT_PATH",
        "LOGIN_USER",
        "LOGIN_PASSWORD",
        "OPEN",
        "OIDC_ISSUER",
        "OTLP_URL",
    ):
        assert environment[f"FOREMOST_{name}"].startswith(f"${{FOREMOST_{name}:-")
