"""What the documents promise exists: settings, commands, make targets, files."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from app.cli import app as answering
from app.core.settings import PREFIX, Settings, variable_names
from ingest.cli import app as ingesting

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
VARIABLES = variable_names()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
ROADS = {"app": answering, "ingest": ingesting}
OURS = [name for name, service in COMPOSE["services"].items() if service.get("image") == "foremost"]


def _default(name: str) -> str:
    info = Settings.model_fields[name]
    if name == "data_dir":
        return "the user's data directory"
    value = info.get_default(call_default_factory=True)
    value = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    return "" if value is None else str(value)


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_stands_in_the_readme_with_its_default_and_meaning(name: str) -> None:
    default, description = _default(name), Settings.model_fields[name].description
    assert f"| `{VARIABLES[name]}` | {f'`{default}`' if default else ''} | {description} |" in README


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_stands_in_the_example_env_file(name: str) -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    default = "" if name == "data_dir" else _default(name)
    assert f"# {VARIABLES[name]}={default}" in lines


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    known = set(VARIABLES.values()) | {PREFIX + "DOCUMENTS"}  # a folder of docker-compose.yml, not a setting
    for path in (*ROOT.glob("*.md"), ROOT / ".env.example", ROOT / "docker-compose.yml", ROOT / "Dockerfile"):
        named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", path.read_text("utf-8")))
        assert named <= known, path.name


def _readme_commands() -> Iterator[str]:
    for block in re.findall(r"```(?:sh|bash)\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            command = line.split("#")[0].strip()
            if command:
                yield command


def test_every_make_target_named_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = {command.split()[1] for command in _readme_commands() if command.startswith("make ")}
    assert {"chat", "test"} <= named
    assert named <= targets


def _runs(words: list[str]) -> str:
    """Output of a command's --help; fails when the command does not exist."""
    module, *rest = words[words.index("-m") + 1 :]
    if module in ROADS:  # in this process: starting one for each of them takes a minute
        shown = CliRunner().invoke(ROADS[module], [*rest, "--help"])
        assert shown.exit_code == 0, shown.output
        return shown.output
    done = subprocess.run([sys.executable, *words, "--help"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _subcommand(words: list[str]) -> list[str]:
    """python -m app search "x" --json -> -m app search; without a subcommand: -m ingest."""
    module = words[: words.index("-m") + 2][-2:]
    following = words[words.index("-m") + 2 :]
    depth = 2 if following[:1] == ["golden"] else 1  # golden has commands of its own
    return [*module, *following[:depth]] if following and re.fullmatch(r"[a-z-]+", following[0]) else module


def test_every_python_command_of_the_readme_exists_with_its_options() -> None:
    commands = {command for command in _readme_commands() if command.startswith("python -m ")}
    assert commands
    for command in sorted(commands):
        words = shlex.split(command)
        shown = _runs(_subcommand(words))
        for option in (word.split("=")[0] for word in words if word.startswith("--")):
            assert option in shown, command


def test_every_file_named_in_the_readme_exists() -> None:
    for path in re.findall(r"`((?:app|ingest|migrations|tests)/[\w/.-]+)`", README):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("service", OURS)
def test_every_command_of_the_compose_file_exists(service: str) -> None:
    words = COMPOSE["services"][service]["command"]
    shown = _runs(_subcommand(words))
    assert all(word in shown for word in words if word.startswith("--"))


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_the_compose_file_exists(service: str) -> None:
    assert set(COMPOSE["services"][service]["environment"]) <= set(VARIABLES.values())


def test_services_wait_for_what_they_need_and_are_checked() -> None:
    services = COMPOSE["services"]
    assert services["app"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["worker"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            healthy = "healthcheck" in services[needed]
            assert how["condition"] != "service_healthy" or healthy, f"{name} waits for the health of {needed}"
        volumes = [str(volume).split(":")[0] for volume in service.get("volumes", [])]
        named = [volume for volume in volumes if re.fullmatch(r"[a-z]+", volume)]
        assert set(named) <= set(COMPOSE["volumes"]), name


def test_the_page_is_published_on_this_machine_only() -> None:
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["app"]["ports"])


def test_the_docker_image_installs_an_extra_that_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert set(re.findall(r'"\.\[(\w+)\]"', dockerfile)) <= set(extras)
    for source in re.findall(r"^COPY ([\w. -]+) \S+$", dockerfile, re.MULTILINE):
        assert all((ROOT / name).exists() for name in source.split())


def test_ci_runs_what_people_run() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert {"make check", "make test"} <= set(script)


def test_the_changelog_knows_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
