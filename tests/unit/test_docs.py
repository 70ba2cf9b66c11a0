"""The documents promise nothing that does not exist: settings, commands, options, make targets, files, figures."""

import re
import shlex
import subprocess
import sys
import tomllib
from itertools import takewhile
from typing import Any

import pytest
import yaml
from typer.core import TyperCommand
from typer.testing import CliRunner

from app.cli import app as answering
from app.core.settings import PREFIX, Settings, variable_names
from ingest.cli import app as ingesting
from tests.support.documents import DOCUMENTS, ROOT, Block, agree, blocks, commands

README = (ROOT / "README.md").read_text("utf-8")
VARIABLES = variable_names()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
ROADS = {"app": answering, "ingest": ingesting}
OURS = [name for name, service in COMPOSE["services"].items() if service.get("image") == "foremost"]
BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
COMMANDS = [
    pytest.param(command, id=f"{block}-{number}")
    for block in BLOCKS
    if block.language in ("sh", "console")
    for number, command in enumerate(commands(block))
]
EXECUTED = {"app/quality/README.md", "ingest/README.md", "README.md"}  # by tests/acceptance/test_manuals.py
CHANGES = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


# ------------------------------------------------------------------------------------------------------------ settings


def _default(name: str) -> str:
    info = Settings.model_fields[name]
    if name == "data_dir":  # differs between machines and people
        return ""
    value = info.get_default(call_default_factory=True)
    value = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    return "" if value is None else str(value)


def test_the_table_of_settings_is_what_its_command_prints() -> None:
    printed = CliRunner().invoke(answering, ["settings", "--markdown"])
    assert printed.exit_code == 0, printed.output
    table = (ROOT / "app/core/SETTINGS.md").read_text("utf-8")
    assert table == printed.stdout, "Renew it: python -m app settings --markdown > app/core/SETTINGS.md"
    assert all(f"| `{variable}` |" in table for variable in VARIABLES.values())


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_stands_in_the_example_env_file_with_its_meaning(name: str) -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    description = Settings.model_fields[name].description
    position = lines.index(f"# {VARIABLES[name]}={_default(name)}")
    assert lines[position - 1] == f"# {description}"


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    known = set(VARIABLES.values()) | {PREFIX + "DOCUMENTS"}  # a folder of docker-compose.yml, not a setting
    others = (".env.example", "docker-compose.yml", "Dockerfile", "CHANGELOG.md", "DECISIONS.md")
    for document in (*DOCUMENTS, *others):
        named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", (ROOT / document).read_text("utf-8")))
        assert named <= known, document


# -------------------------------------------------------------------------------------------------------------- blocks


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_is_of_a_kind_that_a_test_checks(block: Block) -> None:
    assert block.language in {"sh", "console", "sql", "json"}
    if block.language in {"console", "sql"}:
        assert block.document in EXECUTED


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_taken_by_its_command_line(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = shlex.split(command, comments=True)
    words = words[len(list(takewhile(lambda word: re.match(r"[A-Z_]+=", word), words))) :]
    match words:
        case ["python", "-m", "app" | "ingest" as road, *rest]:
            monkeypatch.setattr(TyperCommand, "invoke", lambda *_: None)  # parses everything, runs nothing
            result = CliRunner().invoke(ROADS[road], rest)
            assert result.exit_code == 0, result.output
        case ["python", "-m", module, *rest]:
            _check_test_module(module, rest)
        case ["make", target, *variables]:
            assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), target
            assert all(variable.split("=")[0] in MAKEFILE for variable in variables)
        case [".", path]:
            assert path == ".venv/bin/activate"
            assert "\nVENV ?= .venv\n" in MAKEFILE
        case ["pip", "install", requirement]:
            name, extra = requirement.rstrip("]").split("[")
            assert name == PROJECT["name"]
            assert extra in PROJECT["optional-dependencies"]
        case ["docker", "compose", "up", "-d"]:
            assert COMPOSE["services"]
        case ["docker", "buildx", "imagetools", "inspect", image, "--format", _]:
            assert f":-{image}}}" in COMPOSE["services"]["db"]["image"]
        case ["cp" | "echo" | "mv" | "rm", *_]:
            assert f"$ {command}" in "".join(block.text for block in BLOCKS if block.document in EXECUTED)
        case _:
            pytest.fail("No test knows how to check this command: teach this one.")


def _check_test_module(module: str, words: list[str]) -> None:
    """A tool of the tests: it exists and its --help names the options; its own arguments are its own matter."""
    assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists() or (
        ROOT / module.replace(".", "/") / "__main__.py"
    ).exists(), module
    options = [word.split("=")[0] for word in words if word.startswith("--")]
    if not options:
        return
    subcommands = list(takewhile(lambda word: re.fullmatch(r"[a-z-]+", word) is not None, words))[:1]
    shown = subprocess.run(
        [sys.executable, "-m", module, *subcommands, "--help"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert shown.returncode == 0, shown.stderr
    assert all(option in shown.stdout for option in options)


def test_json_blocks_are_imported_by_a_command_of_their_document() -> None:
    for document in {block.document for block in BLOCKS if block.language == "json"}:
        shown = [command for block in blocks(document) if block.language == "console" for command in commands(block)]
        assert document in EXECUTED
        assert "python -m app golden import questions.jsonl" in shown


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a 1.00 b", "a 1.04 b", True),
        ("a 1.00 b", "a 1.40 b", False),
        ("took 1.0 s", "took 9.5 s", True),
        ("3 added", "4 added", False),
        ("title …", "title and more", True),
        ("first\n…\nlast", "first\nx\ny\nlast", True),
        ("first\n…\nlast", "first\nx", False),
        ("first", "first\nsecond", False),
        ("", "something", False),
    ],
)
def test_an_output_agrees_with_what_a_document_shows(shown: str, printed: str, expected: bool) -> None:
    assert agree(tuple(shown.splitlines()), printed.splitlines()) is expected


# ------------------------------------------------------------------------------------------------ names, sizes, English


@pytest.mark.parametrize("document", [*DOCUMENTS, "DECISIONS.md"])
def test_every_file_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    for path in re.findall(r"`((?:app|ingest|migrations|tests)/[\w/.-]+)`", text):
        assert (ROOT / path).exists(), path
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / document).parent / target).exists(), target


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    for document in (*DOCUMENTS, "DECISIONS.md", "CHANGELOG.md"):
        named = re.findall(r"`make ([a-z-]+)", (ROOT / document).read_text("utf-8"))
        assert set(named) <= targets, document


def test_the_readme_is_short_and_starts_with_the_two_commands() -> None:
    assert len(README.split()) <= 900
    first = blocks("README.md")[0]
    assert [command.split("#")[0].strip() for command in commands(first)] == ["make chat", "make test"]


def test_every_decision_says_what_why_at_what_cost_and_when_to_reopen() -> None:
    sections = (ROOT / "DECISIONS.md").read_text("utf-8").split("\n### ")
    assert re.findall(r"^## (\w+)$", "\n### ".join(sections), re.MULTILINE) == [
        "Search", "Rerank", "Answer", "Ingest", "Measure", "Run",
    ]  # fmt: skip
    for decision in sections[1:]:
        parts = re.findall(r"^\*(Decision|Why|Cost|Reopen when)\.\*", decision, re.MULTILINE)
        assert parts == ["Decision", "Why", "Cost", "Reopen when"], decision.splitlines()[0]


def test_the_changelog_keeps_its_form_and_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert PROJECT["version"] in versions
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= CHANGES


# ------------------------------------------------------------------------------------------------- compose, image, CI


def _help(words: list[str]) -> str:
    """The help of the command that these words name."""
    module, *rest = words[words.index("-m") + 1 :]
    names = list(takewhile(lambda word: not word.startswith("-"), rest))
    result = CliRunner().invoke(ROADS[module], [*names, "--help"])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("service", OURS)
def test_every_command_of_the_compose_file_exists(service: str) -> None:
    words = COMPOSE["services"][service]["command"]
    shown = _help(words)
    assert all(word in shown for word in words if word.startswith("--"))


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_the_compose_file_exists(service: str) -> None:
    others = {"PGPASSFILE"}  # a variable of PostgreSQL's own client
    assert set(COMPOSE["services"][service]["environment"]) <= set(VARIABLES.values()) | others


def test_services_wait_for_what_they_need_and_are_checked() -> None:
    services: dict[str, Any] = COMPOSE["services"]
    for waiting, needed in (("app", "roles"), ("worker", "roles"), ("roles", "migrate")):
        assert services[waiting]["depends_on"][needed]["condition"] == "service_completed_successfully"
    for name, service in services.items():
        for needed, condition in service.get("depends_on", {}).items():
            checked = "healthcheck" in services[needed]
            assert condition["condition"] != "service_healthy" or checked, f"{name} waits for the health of {needed}"
        volumes = [str(volume).split(":")[0] for volume in service.get("volumes", [])]
        named = [volume for volume in volumes if re.fullmatch(r"[a-z-]+", volume)]
        assert set(named) <= set(COMPOSE["volumes"]), name


def test_the_page_is_published_on_this_machine_only() -> None:
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["app"]["ports"])


def test_the_docker_image_installs_an_extra_that_exists() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    installed = re.findall(r'"\.\[([\w,]+)\]"', dockerfile)
    assert len(installed) == 1
    assert set(installed[0].split(",")) <= set(PROJECT["optional-dependencies"])
    for source in re.findall(r"^COPY ([\w. -]+) \S+$", dockerfile, re.MULTILINE):
        assert all((ROOT / name).exists() for name in source.split())


def test_ci_runs_what_people_run() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert {"make check", "make test"} <= set(script)
