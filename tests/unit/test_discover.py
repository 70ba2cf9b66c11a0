"""Discovering: every file once, in order, whatever the folder holds."""

import os
from pathlib import Path

import pytest

from app.core.errors import DocumentError
from ingest.discover import Found, discover, read


def names(found: tuple[Found, ...], below: Path) -> list[str]:
    return [str(one.path.relative_to(below)) for one in found]


def test_folders_are_searched_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/deep/x 🗂.md", ".hidden.txt", ".git/config", "a/.cache/y.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert names(discover([tmp_path]), tmp_path) == ["a/deep/x 🗂.md", "a/z.txt", "b.txt"]


def test_a_hidden_file_that_is_named_itself_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".notes.txt").write_text("x")
    assert names(discover([tmp_path / ".notes.txt"]), tmp_path) == [".notes.txt"]


def test_a_file_named_twice_or_linked_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert names(discover([tmp_path, tmp_path / "a.txt", tmp_path / "." / "a.txt"]), tmp_path) == ["a.txt"]


def test_folders_that_link_to_themselves_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("x")
    (tmp_path / "folder" / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    found = discover([tmp_path])
    assert [one.name for one in found if not one.problem] == ["a.txt"]
    assert [(one.name, "no such file" in one.problem) for one in found if one.problem] == [("dangling", True)]


def test_pipes_and_sockets_in_a_folder_are_left_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert discover([tmp_path]) == ()


def test_a_path_that_does_not_exist_is_a_problem_with_advice(tmp_path: Path) -> None:
    (missing,) = discover([tmp_path / "missing"])
    with pytest.raises(DocumentError, match="check the path"):
        read(missing, max_bytes=10)


def test_a_source_has_an_absolute_path_its_bytes_and_their_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a b ü.txt").write_bytes(b"abc")
    monkeypatch.chdir(tmp_path)
    (found,) = discover([Path("a b ü.txt")])
    source = read(found, max_bytes=10)
    assert source.uri == str(tmp_path / "a b ü.txt")
    assert source.name == "a b ü.txt"
    assert source.content == b"abc"
    assert source.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert source.modified_at is not None


def test_a_name_that_is_not_text_can_still_be_stored(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/bad\xff.txt"
    with open(path, "wb") as file:
        file.write(b"x")
    (found,) = discover([tmp_path])
    assert found.uri == f"{tmp_path}/bad\\xff.txt"
    assert read(found, max_bytes=10).name == "bad\\xff.txt"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(3 * 2**20)
    (found,) = discover([tmp_path])
    with pytest.raises(DocumentError, match="3 MiB, the limit is 1 MiB"):
        read(found, max_bytes=2**20)
