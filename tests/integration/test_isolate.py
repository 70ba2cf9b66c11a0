"""Loading in a process of its own: damage by a file is an error of its document, and the run continues."""

import os
from collections.abc import Iterator

import psutil
import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.load.parent import IsolatedLoader, LoadResult
from ingest.load.unpack import MEMBER_SEPARATOR
from tests.support import made_files as made

GUIDE = made.source("# Ferry\n\nIt leaves at six.", "guide.md")
STRICT = Limits(memory_mib=200, seconds=100, cpu_seconds=1, ocr_seconds=0)
HASTY = Limits(seconds=1, ocr_seconds=0)


@pytest.fixture(scope="module")
def hostile() -> Iterator[IsolatedLoader]:
    """A loader whose parser misbehaves as the file's name demands."""
    with IsolatedLoader(STRICT, module="tests.support.hostile_child") as loader:
        yield loader


def reason(loaded: LoadResult) -> str:
    assert isinstance(loaded.own, DocumentError)
    assert "\n" not in str(loaded.own)
    return str(loaded.own)


def test_a_document_comes_back_as_it_was_loaded(hostile: IsolatedLoader) -> None:
    (entry,) = hostile.load(GUIDE).documents
    assert entry[0] is GUIDE
    assert isinstance(entry[1], Document)
    assert entry[1].title == "Ferry"
    assert [(one.level, one.text, one.start) for one in entry[1].headings] == [(1, "Ferry", 0)]


@pytest.mark.parametrize(
    ("deed", "problem"),
    [
        ("crash", "crashes its parser (SIGSEGV)"),
        ("allocate", "It takes more than 200 MiB of memory"),
        ("spin", "more than 1 seconds of processor time"),
        ("fail", "crashes its parser"),
    ],
)
def test_what_a_file_does_to_its_parser_is_reported_and_the_next_file_is_read(
    hostile: IsolatedLoader, deed: str, problem: str
) -> None:
    assert problem in reason(hostile.load(made.source("text", f"{deed}.txt")))
    assert isinstance(hostile.load(GUIDE).own, Document)


def test_a_file_whose_parser_hangs_is_given_up() -> None:
    with IsolatedLoader(HASTY, module="tests.support.hostile_child") as loader:
        assert "more than 1 seconds to read" in reason(loader.load(made.source("text", "sleep.txt")))


def test_a_parser_that_prints_does_not_disturb_what_comes_back(hostile: IsolatedLoader) -> None:
    loaded = hostile.load(made.source("text", "print.txt"))
    assert isinstance(loaded.own, Document)
    assert loaded.own.text == "text"


def test_one_file_that_ends_the_process_does_not_keep_the_rest_of_its_archive_from_being_read(
    hostile: IsolatedLoader,
) -> None:
    names = ["first.txt", "crash.txt", "second.txt", "spin.txt", "third.txt"]
    source = made.source(made.zipped({name: f"This is {name}." for name in names}), "box.zip")
    loaded = hostile.load(source)
    assert [one.uri for one, _ in loaded.documents] == [
        *(f"{source.uri}{MEMBER_SEPARATOR}{name}" for name in names),
        source.uri,
    ]
    fates = {one.name: result for one, result in loaded.documents}
    assert [name for name, result in fates.items() if isinstance(result, DocumentError)] == ["crash.txt", "spin.txt"]
    assert {one.content for one, _ in loaded.documents[:-1]} == {f"This is {name}.".encode() for name in names}


def test_an_archive_of_files_that_end_the_process_is_given_up(hostile: IsolatedLoader) -> None:
    entries = {f"{number}/crash.txt": "text" for number in range(20)}
    loaded = hostile.load(made.source(made.zipped(entries), "box.zip"))
    assert "the rest was left out" in reason(loaded)
    assert len(loaded.documents) < 10


def test_the_loading_process_serves_many_files_and_goes_with_its_loader() -> None:
    others = psutil.Process().children()
    with IsolatedLoader(STRICT) as loader:
        loader.load(GUIDE)
        (child,) = [one for one in psutil.Process().children() if one not in others]
        loader.load(GUIDE)
        assert set(psutil.Process().children()) == {*others, child}
    assert not child.is_running()


def test_the_loading_process_sees_no_secrets_and_imports_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@host/db")
    others = psutil.Process().children()
    with IsolatedLoader(STRICT) as loader:
        loader.load(GUIDE)
        (child,) = [one for one in psutil.Process().children() if one not in others]
        assert "DATABASE_URL" not in child.environ()
        if os.path.exists("/proc"):
            assert not any("torch" in one.path for one in child.memory_maps())
