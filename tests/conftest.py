"""Shared parts of the tests: one embedded PostgreSQL a run, a fresh migrated database a test, the real models once."""

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from app.core import database as core_database
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import Settings, load_settings, variable_names
from tests.support.programs import NEEDED_BY_MARKER, missing

TEMPLATE = "template_for_tests"
_IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests whose program is missing; the summary says how many. In CI they run and fail."""
    for marker in NEEDED_BY_MARKER:
        program = missing(marker, in_ci=_IN_CI)
        for item in items:
            if program and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=_no(marker)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each program that is missing; counted from the reports, as the tests run in several processes."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())]
    for marker, program in NEEDED_BY_MARKER.items():
        count = sum(_no(marker) in reason for reason in reasons)
        if count:
            terminalreporter.write_line(program.left_out(count), yellow=True)


def _no(marker: str) -> str:
    return f"no {NEEDED_BY_MARKER[marker].name} on this machine"


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """Data directory of the run: model files are built into it once.

    Not under pytest's own temporary folder: the embedded server runs as its own user when we are root, and another
    pytest that starts meanwhile closes that folder to everybody else.
    """
    with tempfile.TemporaryDirectory(prefix="foremost-tests-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings never reach a test."""
    for name in (*variable_names().values(), "OLLAMA_HOST", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def make_settings(data_dir: Path) -> Callable[..., Settings]:
    """Settings with the run's data directory; keyword arguments override."""

    def make(**overrides: object) -> Settings:
        return load_settings(**({"data_dir": data_dir} | overrides))

    return make


@pytest.fixture(scope="session")
def embedder(data_dir: Path) -> Embedder:
    """The real embedding model, built once a run."""
    return build_embedder("all-MiniLM-L6-v2", data_dir)


@pytest.fixture(scope="session")
def multilingual(data_dir: Path) -> Embedder:
    """The multilingual embedding model, built once a run."""
    return build_embedder("multilingual-e5-small", data_dir)


@pytest.fixture(scope="session")
def server(data_dir: Path) -> Iterator[Engine]:
    """The run's embedded PostgreSQL with a migrated template database."""
    engine = core_database.engine_for(core_database.start_embedded(data_dir))
    admin = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{TEMPLATE}"'))
    template = create_engine(engine.url.set(database=TEMPLATE))
    core_database.migrate(template, embedding_dimension=384)
    template.dispose()
    yield admin
    admin.dispose()
    engine.dispose()


@pytest.fixture
def database(server: Engine) -> Iterator[Engine]:
    """A fresh, migrated, empty database."""
    name = f"test_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"'))
    engine = create_engine(server.url.set(database=name))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
