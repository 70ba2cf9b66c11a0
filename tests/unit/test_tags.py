"""Tags: one spelling each, from front matter of every form and from rules of folders."""

from pathlib import Path

import pytest

from app.core.frames import Frame
from app.core.tags import MOST_TAGS, clean_tags
from ingest.folder_tags import RULES_FILE, FolderTags
from ingest.load import load
from ingest.load.frames import document_from, document_header
from tests.support import made_files as made


@pytest.mark.parametrize(
    ("texts", "tags"),
    [
        (["Finance", "finance ", "#FINANCE"], ("finance",)),
        (["a,b , ,c"], ("a", "b", "c")),
        (["Rechnung  Q3\n2026"], ("rechnung q3 2026",)),
        (["u\u0308bersicht", "\u00fcbersicht"], ("\u00fcbersicht",)),
        (["\u202eevil\x00", "会議", "#"], ("evil", "会議")),
        (["x" * 500], ("x" * 100,)),
        ([str(number) for number in range(500)], tuple(str(number) for number in range(MOST_TAGS))),
    ],
)
def test_a_tag_has_one_spelling(texts: list[str], tags: tuple[str, ...]) -> None:
    assert clean_tags(texts) == tags


@pytest.mark.parametrize(
    ("front", "tags"),
    [
        ("tags: [Finance, Q3]", ("finance", "q3")),
        ("tags:\n  - Finance\n  - 2024\n  - 1.10", ("finance", "2024", "1.10")),
        ("tags:\n- Finance\n- 'Q3, late'\ntitle: x", ("finance", "q3", "late")),
        ("tags: Finance, Q3", ("finance", "q3")),
        ("tags: machine learning", ("machine learning",)),
        ("tags: #finance #q3", ("finance", "q3")),
        ('Tags: ["#finance"]', ("finance",)),
        ("tag: finance\nkeywords: [q3]", ("finance", "q3")),
        ("title: Ferries: a history\ntags: [boats]", ("boats",)),
        ("tags: [unclosed", ("unclosed",)),
        ("date: 2026-99-99\ntags: [日本語, Größe]", ("日本語", "größe")),
        ("tags: {a: b}", ()),
        ("tags:", ()),
        ("tags: []\nother: [a]", ()),
        ("a: &a [*a]\ntags: *a", ("*a",)),
        ("meta:\n  tags: [inner]", ()),
        ("tags: " + "[" * 5000, ()),
    ],
)
def test_tags_are_read_from_yaml_front_matter(front: str, tags: tuple[str, ...]) -> None:
    document = load(made.source(f"---\n{front}\n---\n\n# Report\n\ntags: [not, these]\n", "a.md"))
    assert document.tags == tags


@pytest.mark.parametrize(
    ("front", "tags"),
    [
        ('tags = ["Finance", "Q3"]', ("finance", "q3")),
        ('[taxonomies]\ntags = ["boats"]', ("boats",)),
        ("tags = [", ()),
        ("tags = 3", ()),
    ],
)
def test_tags_are_read_from_toml_front_matter(front: str, tags: tuple[str, ...]) -> None:
    assert load(made.source(f"+++\n{front}\n+++\n\n# Report\n", "a.md")).tags == tags


def test_text_without_front_matter_has_no_tags() -> None:
    assert load(made.source("# A\n\ntags: [a]\n\n---\n\ntags: [b]\n", "a.md")).tags == ()


def test_tags_survive_the_way_out_of_the_loading_process() -> None:
    document = load(made.source("---\ntags: [a, b]\n---\n\n# T\n", "a.md"))
    assert document_from(Frame(kind="document", header=document_header(document))) == document


def test_rules_of_all_folders_above_a_file_give_it_tags(tmp_path: Path) -> None:
    (tmp_path / "north" / "old").mkdir(parents=True)
    rules = "# rules\n*.md: Notes\nnorth/**: North, Region\n\nno rule\n: none\nx:\n"
    (tmp_path / RULES_FILE).write_text(rules, "utf-8")
    (tmp_path / "north" / RULES_FILE).write_text("/old/*.md: old\n[a: broken\nC:x.md: drive\n*: north", "utf-8-sig")
    tags = FolderTags()
    assert tags.tags_of(tmp_path / "a.md") == ("notes",)
    assert tags.tags_of(tmp_path / "a.txt") == ()
    assert tags.tags_of(tmp_path / "north" / "a.txt") == ("north", "region")
    assert tags.tags_of(tmp_path / "north" / "old" / "a.md") == ("notes", "north", "region", "old")
