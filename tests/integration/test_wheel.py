"""The wheel as people install it: every file that the program reads is in it, and it runs without the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "ingest", "migrations")
# Documentation and pictures for people who read the source; the program does not open them.
NOT_PACKED = {"app/web/page.png", "README.md"}


def pip(*arguments: str, cwd: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the wheel is built from, without what earlier builds and runs left behind."""
    folder = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source), cwd=folder)
    (built,) = folder.glob("foremost-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--target", str(folder), str(wheel), cwd=folder)
    return folder


def run(installed: Path, *arguments: str) -> str:
    """Output of the installed program, with no way to the checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FOREMOST"))}
    environment |= {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=installed.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_file_of_the_packages_is_in_the_wheel(source: Path, wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = {
        str(path.relative_to(source)) for package in PACKAGES for path in (source / package).rglob("*")
        if path.is_file() and path.relative_to(source).as_posix() not in NOT_PACKED and path.name not in NOT_PACKED
    }  # fmt: skip
    assert files - packed == set()
    kinds = {Path(name).suffix for name in packed}
    assert {".sql", ".onnx", ".md", ".css", ".js", ".svg", ".mako", ".json", ".pdf", ".docx", ".eml"} <= kinds
    assert not {name for name in packed if name.startswith("tests/")}


def test_the_installed_program_runs_and_reads_its_own_files(installed: Path) -> None:
    code = (
        "import importlib, pkgutil, app, ingest, migrations\n"
        "from pathlib import Path\n"
        "from app.core.sql import load_queries\n"
        "from app.prompts import conversation\n"
        "files = 0\n"
        "for package in (app, ingest, migrations):\n"
        "    root = Path(package.__file__).parent\n"
        "    print(root)\n"
        "    for path in sorted(root.rglob('*.sql')):\n"
        "        if 'migrations' not in path.parts and path.with_suffix('.py').is_file():\n"
        "            assert load_queries(str(path.with_suffix('.py'))), path\n"
        "            files += 1\n"
        "print(files)\n"
    )
    *roots, files = run(installed, "-c", code).splitlines()
    assert roots == [str(installed / package) for package in PACKAGES]
    assert int(files) > 15


@pytest.mark.parametrize("module", ["app", "ingest"])
def test_the_installed_commands_show_their_help(installed: Path, module: str) -> None:
    assert "Usage: python -m" in run(installed, "-m", module, "--help")


def test_the_console_scripts_are_declared(installed: Path) -> None:
    (scripts,) = installed.glob("foremost-*.dist-info/entry_points.txt")
    assert "foremost = app.cli:main" in scripts.read_text("utf-8")
    assert "foremost-ingest = ingest.cli:main" in scripts.read_text("utf-8")
