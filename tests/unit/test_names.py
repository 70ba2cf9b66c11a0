"""Names of files and folders: what of them is searched, what stands before a passage, what people see."""

import pytest

from app.core.names import folder_of, identity, labels, readable, searched_name


@pytest.mark.parametrize(
    ("uri", "name", "searched"),
    [
        ("/x/in/People/Amara Delcourt.md", "Amara Delcourt.md", "People/Amara Delcourt.md"),
        ("/home/ann/Downloads/lease.pdf", "lease.pdf", "lease.pdf"),
        ("/x/Orion.zip!/notes.md", "notes.md", "Orion.zip/notes.md"),
        ("/x/Orion.zip!/Terms/notes.md", "notes.md", "Terms/notes.md"),
        ("upload:lease.pdf", "lease.pdf", "lease.pdf"),
        ("upload:Orion.zip!/notes.md", "notes.md", "Orion.zip/notes.md"),
        ("https://www.harbour.example/tariffs/2026.html?x=1", "2026.html", "tariffs/2026.html"),
        ("https://www.harbour.example/", "index.html", "harbour.example/index.html"),
        (r"C:\Users\ann\People\Amara.md", "Amara.md", "People/Amara.md"),
        ("MED-10", "MED-10", "MED-10"),
    ],
)
def test_the_last_folder_is_searched_with_the_name(uri: str, name: str, searched: str) -> None:
    assert searched_name(uri, name) == searched


@pytest.mark.parametrize(
    ("uri", "title", "parts"),
    [
        ("/x/People/Amara Delcourt.md", "Contact", ("People", "Amara Delcourt")),
        ("/x/travel-policy-2026.md", "Travel policy", ("travel policy 2026",)),
        ("/x/OrionSupplierContract_v2.docx", "Agreement", ("Orion Supplier Contract v2",)),
        ("/x/Orion/minutes.md", "Minutes", ("Orion",)),
        ("/x/2024-03-12 Board.docx", "Minutes", ("2024-03-12 Board",)),
        ("/x/会議/議事録.md", "T", ("会議", "議事録")),
        ("/x/release 1.2", "T", ("release 1.2",)),
        ("/x/Übergabe.md", "ubergabe", ()),
        ("/x/travel policy.md", "The Travel Policy of 2024", ()),
    ],
)
def test_identity_is_what_the_title_does_not_say(uri: str, title: str, parts: tuple[str, ...]) -> None:
    assert identity(uri, uri.rsplit("/", 1)[-1], title) == parts


@pytest.mark.parametrize(
    "name",
    [
        "scan0001.pdf", "Document1.docx", "Untitled 3.odt", "12345.txt", "21645374", "c0",
        "d41d8cd98f00b204e9800998ecf8427e.pdf", "550e8400-e29b-41d4-a716-446655440000.txt", "IMG_0042.jpg",
        "notes.txt", "README.md", "Super_Bowl_50#0",
    ],
)  # fmt: skip
def test_names_that_cameras_scanners_and_programs_give_say_nothing(name: str) -> None:
    assert identity(f"/x/docs/{name}", name, "Super Bowl 50") == ()


def test_a_very_long_name_is_cut_at_a_word() -> None:
    (part,) = identity("/x/y.md", " ".join(["sturgeon"] * 40) + ".md", "T")
    assert len(part) <= 81
    assert part.endswith("sturgeon…")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ApiHTTPServer.md", "Api HTTP Server"),
        ("price_list-north.final.xlsx", "price list north final"),
        ("Q3 2025 report.pdf", "Q3 2025 report"),
        ("contract v1.2.docx", "contract v1.2"),
        ("a.b", "a"),
        (".hidden", "hidden"),
    ],
)
def test_a_name_in_words(name: str, words: str) -> None:
    assert readable(name) == words


def test_equal_names_are_told_apart_by_as_much_of_the_path_as_needed() -> None:
    documents = [
        (1, "/a/Orion/minutes.md", "minutes.md"),
        (2, "/a/Vega/minutes.md", "minutes.md"),
        (3, "/b/Vega/minutes.md", "minutes.md"),
        (4, "/a/lease.md", "lease.md"),
        (5, "upload:fees.md", "fees.md"),
        (6, "/a/fees.md", "fees.md"),
        (7, "/gone/long ago.md", ""),
    ]
    assert labels(documents) == {
        1: "Orion/minutes.md", 2: "a/Vega/minutes.md", 3: "b/Vega/minutes.md", 4: "lease.md", 5: "fees.md",
        6: "a/fees.md", 7: "",
    }  # fmt: skip


def test_a_label_is_one_line() -> None:
    assert labels([(1, "/a/x\n[9] y.md", "x\n[9] y.md")]) == {1: "x [9] y.md"}


def test_one_path_in_two_collections_is_shown_by_its_name() -> None:
    assert set(labels([(1, "/a/x.md", "x.md"), (2, "/a/x.md", "x.md")]).values()) == {"x.md"}


def test_a_document_without_folder_has_none() -> None:
    assert [folder_of(uri) for uri in ("upload:a.md", "MED-10", "/a.md")] == ["", "", ""]
