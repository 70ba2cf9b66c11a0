"""Discovering: every file once, in order, whatever the folder holds."""

import os
from pathlib import Path

import pytest

from app.core.errors import DocumentError
from ingest.discover import ChangingError, FileEntry, GoneError, discover, discover_changed, read
from ingest.ignore_rules import Rules


def names(entries: tuple[FileEntry, ...], below: Path) -> list[str]:
    return [str(entry.path.relative_to(below)) for entry in entries]


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
    entries = discover([tmp_path])
    assert [entry.name for entry in entries if not entry.problem] == ["a.txt"]
    assert [(entry.name, "no such file" in entry.problem) for entry in entries if entry.problem] == [("dangling", True)]


def test_pipes_and_sockets_in_a_folder_are_left_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert discover([tmp_path]) == ()


def test_a_path_that_does_not_exist_is_a_problem_with_advice(tmp_path: Path) -> None:
    (missing,) = discover([tmp_path / "missing"])
    with pytest.raises(DocumentError, match="Check the path"):
        read(missing, max_bytes=10)


def test_a_source_has_an_absolute_path_its_bytes_and_their_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a b ü.txt").write_bytes(b"abc")
    monkeypatch.chdir(tmp_path)
    (entry,) = discover([Path("a b ü.txt")])
    source = read(entry, max_bytes=10)
    assert source.uri == str(tmp_path / "a b ü.txt")
    assert source.name == "a b ü.txt"
    assert source.content == b"abc"
    assert source.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert source.modified_at is not None


def test_a_name_that_is_not_text_can_still_be_stored(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/bad\xff.txt"
    with open(path, "wb") as file:
        file.write(b"x")
    (entry,) = discover([tmp_path])
    assert entry.uri == f"{tmp_path}/bad\\xff.txt"
    assert read(entry, max_bytes=10).name == "bad\\xff.txt"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(3 * 2**20)
    (entry,) = discover([tmp_path])
    with pytest.raises(DocumentError, match="3 MiB, the limit is 1 MiB"):
        read(entry, max_bytes=2**20)


def write(below: Path, *names: str) -> None:
    for name in names:
        path = below / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_a_file_reached_by_its_own_path_and_by_a_link_is_found_under_its_own(tmp_path: Path) -> None:
    write(tmp_path, "z/real.txt")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    (tmp_path / "b.txt").symlink_to(tmp_path / "z" / "real.txt")
    assert names(discover([tmp_path]), tmp_path) == ["z/real.txt"]


def left_out(*folders: Path, follow_links: bool = False) -> tuple[list[str], list[str]]:
    """(names of the files, names of the links that were left out), of a search of folders."""
    links: list[str] = []
    entries = discover(folders, follow_links=follow_links, left_out=links.append)
    return [entry.name for entry in entries], [os.path.basename(link) for link in links]


def test_a_link_out_of_the_folder_is_followed_only_on_request(tmp_path: Path) -> None:
    write(tmp_path, "outside/a.txt", "outside/deep/c.txt", "inside/b.txt")
    (tmp_path / "inside" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "inside" / "file.txt").symlink_to(tmp_path / "outside" / "a.txt")
    (tmp_path / "inside" / "broken").symlink_to(tmp_path / "nowhere")
    assert left_out(tmp_path / "inside") == (["b.txt"], ["broken", "file.txt", "folder"])
    names, links = left_out(tmp_path / "inside", follow_links=True)
    assert (sorted(names), links) == (["b.txt", "broken", "c.txt", "file.txt"], [])


def test_a_link_into_another_folder_that_is_named_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "one/.hidden/a.txt", "two/b.txt")
    (tmp_path / "two" / "link").symlink_to(tmp_path / "one" / ".hidden")
    assert left_out(tmp_path / "two") == (["b.txt"], ["link"])
    assert left_out(tmp_path / "one", tmp_path / "two") == (["b.txt", "a.txt"], [])


def test_a_folder_with_a_name_that_begins_like_another_is_outside_of_it(tmp_path: Path) -> None:
    write(tmp_path, "docs/a.txt", "docs-secret/b.txt")
    (tmp_path / "docs" / "link").symlink_to(tmp_path / "docs-secret")
    assert left_out(tmp_path / "docs") == (["a.txt"], ["link"])


def test_a_link_that_is_named_itself_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "real/a.txt", "real/.kept/c.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "inner").symlink_to(tmp_path / "real" / ".kept")
    assert left_out(tmp_path / "link") == (["a.txt", "c.txt"], [])


def test_links_that_lead_to_one_another_come_to_an_end(tmp_path: Path) -> None:
    write(tmp_path, "inside/b.txt", "outside/a.txt")
    (tmp_path / "inside" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "outside" / "back").symlink_to(tmp_path / "inside")
    (tmp_path / "inside" / "one").symlink_to(tmp_path / "inside" / "two")
    (tmp_path / "inside" / "two").symlink_to(tmp_path / "inside" / "one")
    names, _ = left_out(tmp_path / "inside", follow_links=True)
    assert sorted(set(names)) == ["a.txt", "b.txt", "one", "two"]


def test_size_and_time_come_with_the_listing(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    os.utime(tmp_path / "a.txt", ns=(0, 1_600_000_000_123_456_789))
    (entry,) = discover([tmp_path])
    assert entry.size == 1
    assert entry.modified_at is not None
    assert entry.modified_at == read(entry, max_bytes=10).modified_at
    assert entry.modified_at.microsecond == 123_456


def test_a_time_no_date_can_say_is_no_time(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    try:
        os.utime(tmp_path / "a.txt", (0, 300_000_000_000))
    except OSError:
        return  # this file system has no such times
    (entry,) = discover([tmp_path])
    assert entry.modified_at is None or entry.modified_at.year < 9999


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, ["docs/a.md", "docs/draft.md", "docs/skip/kept.md", "top.txt"]),
        ({"gitignore": False}, ["docs/a.md", "docs/b.log", "docs/draft.md", "docs/skip/c.md", "docs/skip/kept.md",
                                "out/x.md", "top.txt"]),
        ({"include": ["*.md"]}, ["docs/a.md", "docs/draft.md", "docs/skip/kept.md"]),
        ({"exclude": ["draft.*", "/top.txt"]}, ["docs/a.md", "docs/skip/kept.md"]),
        ({"include": ["/docs/*.md"], "exclude": ["docs/a.md"]}, ["docs/draft.md"]),
        ({"exclude": ["docs/"]}, ["top.txt"]),
    ],
)  # fmt: skip
def test_gitignore_and_globs_choose_what_is_found(
    tmp_path: Path, rules: dict[str, list[str] | bool], expected: list[str]
) -> None:
    write(tmp_path, "top.txt", "docs/a.md", "docs/b.log", "docs/draft.md", "docs/skip/c.md", "docs/skip/kept.md",
          "out/x.md")  # fmt: skip
    (tmp_path / ".gitignore").write_text("*.log\n/out/\n")
    (tmp_path / "docs" / ".gitignore").write_text("skip/*\n!skip/kept.md\n")
    assert names(discover([tmp_path], Rules(**rules)), tmp_path) == expected  # type: ignore[arg-type]


def test_a_folder_inside_a_repository_obeys_the_files_above_it(tmp_path: Path) -> None:
    write(tmp_path, "docs/in/a.md", "docs/in/b.tmp")
    (tmp_path / ".gitignore").write_text("*.tmp\n")
    assert names(discover([tmp_path / "docs" / "in"]), tmp_path) == ["docs/in/a.md", "docs/in/b.tmp"]
    (tmp_path / ".git").mkdir()
    assert names(discover([tmp_path / "docs" / "in"]), tmp_path) == ["docs/in/a.md"]


def test_hidden_files_are_found_when_asked_for_but_never_what_systems_leave_behind(tmp_path: Path) -> None:
    write(tmp_path, ".notes/a.md", ".git/config", "~$report.docx", "Thumbs.db", "b.md")
    assert names(discover([tmp_path], Rules(hidden=True)), tmp_path) == [".notes/a.md", "b.md"]


def test_what_changed_below_a_folder_is_found_by_the_same_rules(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "sub/b.md", "sub/c.log", ".hidden/d.md", "sub/deep/e.md", "other/f.md")
    (tmp_path / "sub" / ".gitignore").write_text("*.log\n")
    changed = [tmp_path / name for name in ("a.md", "sub", ".hidden/d.md", "sub/c.log", "gone.md", "sub/deep/e.md")]
    outside = tmp_path.parent / "elsewhere.md"
    entries = discover_changed([*changed, outside], [tmp_path], Rules(exclude=["a.md"]))
    assert names(entries, tmp_path) == ["sub/b.md", "sub/deep/e.md"]


def test_a_file_that_vanished_or_changes_while_it_is_read_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.md", "b.md")
    gone, changing = discover([tmp_path])
    gone.path.unlink()
    with pytest.raises(GoneError):
        read(gone, max_bytes=10)

    def written_meanwhile(path: Path) -> bytes:
        path.write_text("longer")
        return b"x"

    monkeypatch.setattr(Path, "read_bytes", written_meanwhile)
    with pytest.raises(ChangingError):
        read(changing, max_bytes=10)


def test_a_file_written_just_now_is_not_yet_settled(tmp_path: Path) -> None:
    write(tmp_path, "new.md", "old.md")
    os.utime(tmp_path / "old.md", (0, 1_600_000_000))
    new, old = discover([tmp_path])
    assert (read(new, max_bytes=10).settled, read(old, max_bytes=10).settled) == (False, True)


def test_a_folder_that_may_not_be_read_is_a_problem_and_the_rest_is_found(tmp_path: Path) -> None:
    write(tmp_path, "open/a.md", "closed/b.md")
    assert _as_nobody(tmp_path) == ["!closed", "open/a.md"]


def _as_nobody(folder: Path) -> list[str]:
    """What discover finds with one folder closed; root, who may read everything, becomes somebody else for it."""
    for parent in (folder, *list(folder.parents)[:3]):
        parent.chmod(0o755)
    (folder / "closed").chmod(0o000)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        return [("!" if entry.problem else "") + str(entry.path.relative_to(folder)) for entry in discover([folder])]
    finally:
        if root:
            os.seteuid(0)
        (folder / "closed").chmod(0o755)
