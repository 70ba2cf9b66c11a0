"""Tags of documents: from the file, from its folders and by hand; each origin renews only its own."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from app.core.document_tags import DocumentTags
from app.core.domain import CHUNKER_VERSION
from app.core.errors import NotFoundError
from ingest.cli import app
from ingest.corpus.rechunk import rechunk
from ingest.folder.run import FolderRun, RunOptions
from ingest.folder_tags import RULES_FILE
from ingest.ignore_rules import Rules
from ingest.pipeline import Ingester, Outcome, Result
from ingest.store import Store
from tests.support.fake_embedder import FakeEmbedder

Run = Callable[..., dict[str, int]]


class Silent:
    """Receives progress and keeps nothing."""

    def progress(self, done: int, total: int, name: str) -> None: ...

    def finished(self, uri: str, result: Result) -> None: ...


def ingester(database: Engine) -> Ingester:
    return Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=FakeEmbedder)


@pytest.fixture
def run(database: Engine, tmp_path: Path) -> Run:
    """One run over the test's folder; returns the number of files by outcome."""

    def go(**options: Any) -> dict[str, int]:
        one = FolderRun(
            database, ingester(database), Silent(), collection="c", max_bytes=10**6,
            options=RunOptions(inline=True, **options),
        )  # fmt: skip
        return {str(key): count for key, count in one.execute(one.scan([tmp_path], Rules())).items() if count}

    return go


def tags(database: Engine) -> dict[str, dict[str, str]]:
    with database.connect() as connection:
        return {row.name: row.tags for row in connection.execute(text("SELECT name, tags FROM documents"))}


def number(database: Engine, name: str) -> int:
    (found,) = DocumentTags(database).find(name)
    return found.id


def test_front_matter_is_read_again_with_its_file_and_tags_by_hand_stay(
    database: Engine, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntags: [one, two]\n---\n\n# A\n", "utf-8")
    run()
    DocumentTags(database).change(number(database, "a.md"), add=["Mine", "two"])
    assert tags(database)["a.md"] == {"one": "file", "two": "file", "mine": "hand"}
    path.write_text("---\ntags: [three]\n---\n\n# A changed\n", "utf-8")
    run(checksum=True)
    assert tags(database)["a.md"] == {"three": "file", "mine": "hand"}


def test_a_changed_rule_of_a_folder_reaches_files_that_did_not_change(
    database: Engine, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("A text of some words.", "utf-8")
    (tmp_path / RULES_FILE).write_text("*: first\n", "utf-8")
    assert run() == {"new": 1}
    DocumentTags(database).change(number(database, "a.txt"), add=["mine"])
    assert tags(database) == {"a.txt": {"first": "folder", "mine": "hand"}}  # and the rules are no document
    (tmp_path / RULES_FILE).write_text("*: second, mine\n", "utf-8")
    assert run() == {"unchanged": 1}
    assert tags(database)["a.txt"] == {"second": "folder", "mine": "hand"}
    (tmp_path / RULES_FILE).unlink()
    run()
    assert tags(database)["a.txt"] == {"mine": "hand"}


def test_a_moved_file_has_the_tags_of_its_new_folder(database: Engine, run: Run, tmp_path: Path) -> None:
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / RULES_FILE).write_text(f"*: {name}\n", "utf-8")
    path = tmp_path / "north" / "a.txt"
    path.write_text("A text of some words.", "utf-8")
    run()
    path.rename(tmp_path / "south" / "a.txt")
    assert run() == {"moved": 1}
    assert tags(database)["a.txt"] == {"south": "folder"}


def test_dividing_again_keeps_tags_of_every_origin(database: Engine, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntags: [one]\n---\n\n# A\n", "utf-8")
    (tmp_path / RULES_FILE).write_text("*: two\n", "utf-8")
    run()
    DocumentTags(database).change(number(database, "a.md"), add=["three"])
    before = tags(database)
    with database.begin() as connection:
        connection.execute(text("UPDATE documents SET chunker_version = NULL"))
    said: list[object] = []
    counts = rechunk(
        database, ingester(database), chunker_version=CHUNKER_VERSION,
        progress=lambda *given: said.append(given), finished=lambda *given: said.append(given),
    )  # fmt: skip
    assert counts[Outcome.CHANGED] == 1
    assert tags(database) == before == {"a.md": {"one": "file", "two": "folder", "three": "hand"}}


def test_what_is_inside_an_archive_has_its_tags(database: Engine, run: Run, tmp_path: Path) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in.md", "---\ntags: [own]\n---\n\n# In\n")
    (tmp_path / "a.zip").write_bytes(packed.getvalue())
    (tmp_path / RULES_FILE).write_text("*.zip: packed\n", "utf-8")
    run()
    assert tags(database) == {"a.zip": {"packed": "folder"}, "in.md": {"own": "file", "packed": "folder"}}
    DocumentTags(database).change(number(database, "a.zip"), add=["mine"])
    assert tags(database)["in.md"] == {"own": "file", "packed": "folder", "mine": "hand"}
    (tmp_path / RULES_FILE).unlink()
    run()
    assert tags(database) == {"a.zip": {"mine": "hand"}, "in.md": {"own": "file", "mine": "hand"}}


def test_the_command_gives_takes_and_lists_tags(
    database: Engine, run: Run, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("---\ntags: [one]\n---\n\n# A\n", "utf-8")
    (tmp_path / "b.txt").write_text("B has some words.", "utf-8")
    run()
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FOREMOST_DATA_DIR", str(data_dir))
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> str:
        done = CliRunner().invoke(app, ["tag", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    both = command("a.md", "./b.txt", "--add", "Both, Two", "--add", "x")
    assert both == "a.md: both, one, two, x\nb.txt: both, two, x\n"
    kept = command(str(number(database, "a.md")), "--remove", "x", "--remove", "one")
    assert "a.md: both, one, two" in kept
    assert "The tag one of a.md comes from its front matter: change it there." in kept
    assert command("b.txt", "--collection", "c") == "b.txt: both, two, x\n"
    assert [line.split() for line in command().splitlines()] == [["2", "both"], ["1", "one"], ["2", "two"], ["1", "x"]]
    with pytest.raises(NotFoundError, match=r"There is no document 'c\.md' in the collection 'c'"):
        command("c.md", "--collection", "c", "--add", "x")
    with pytest.raises(NotFoundError, match="There is no document"):
        command("9" * 40)
