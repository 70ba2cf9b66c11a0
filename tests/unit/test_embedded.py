"""Files embedded in documents become documents of their own, within the bounds of archives, or are counted."""

import struct

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.compound import packaged_file, rich_text_object
from ingest.load.limits import MIB, Limits
from ingest.load.unpack import MEMBER_SEPARATOR, unpacked
from tests.support import made_files as made
from tests.support.census_open import open_sheet_file, open_text_file
from tests.support.census_package import chart, package, packaged_object
from tests.support.census_pages import pdf_file, rich_text_file
from tests.support.census_word import word_file
from tests.support.compound_file import compound_file

DEFAULTS = Limits()
BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
MAIN = "wordprocessingml.document.main+xml"


def opened(content: bytes, name: str, limits: Limits = DEFAULTS) -> dict[str, Document | str]:
    """Path within the source ("" is itself) -> its document, or why it has none."""
    source = made.source(content, name)
    documents: dict[str, Document | str] = {}
    for item, load in unpacked(source, limits):
        path = item.uri.removeprefix(source.uri).removeprefix(MEMBER_SEPARATOR)
        try:
            documents[path] = load()
        except DocumentError as error:
            documents[path] = str(error)
    assert list(documents)[-1] == ""
    return documents


def warnings(documents: dict[str, Document | str]) -> tuple[str, ...]:
    own = documents[""]
    assert isinstance(own, Document), own
    return own.warnings


def word_with(files: dict[str, bytes]) -> bytes:
    """A Word document with embedded files."""
    parts: dict[str, tuple[str, str | bytes]] = {"word/document.xml": (MAIN, BODY)}
    parts |= {f"word/embeddings/{name}": ("", content) for name, content in files.items()}
    relations = [(f"r{number}", "oleObject", f"word/embeddings/{name}") for number, name in enumerate(files)]
    return package("word/document.xml", parts, {"word/document.xml": relations})


def test_files_embedded_in_a_word_document_are_documents_under_their_own_names() -> None:
    documents = opened(word_file().content, "a.docx")
    assert set(documents) == {"plan.txt", "Sheet1.xlsx", ""}
    assert "1 workbook behind a chart was left out; the charts' own values are read." in warnings(documents)


def test_a_workbook_behind_a_chart_without_values_of_its_own_is_read() -> None:
    bare = chart("t", "s", "c", workbook="rBook").replace("<c:v>", "<c:x>").replace("</c:v>", "</c:x>")
    parts: dict[str, tuple[str, str | bytes]] = {
        "word/document.xml": (MAIN, BODY),
        "word/charts/chart1.xml": ("drawingml.chart+xml", bare),
        "word/embeddings/Chart1.xlsx": ("", made.xlsx({"S": [["figures"]]})),
    }
    relations = {
        "word/document.xml": [("r1", "chart", "word/charts/chart1.xml")],
        "word/charts/chart1.xml": [("rBook", "package", "word/embeddings/Chart1.xlsx")],
    }
    documents = opened(package("word/document.xml", parts, relations), "a.docx")
    assert set(documents) == {"Chart1.xlsx", ""}


@pytest.mark.parametrize(
    ("stream", "content", "name"),
    [
        ("Package", made.docx(("", "inside")), "oleObject1.docx"),
        ("CONTENTS", made.pdf([["inside"]]), "oleObject1.pdf"),
        ("EmbeddedOdf", made.odt(content="<text:p>inside</text:p>", footer=""), "oleObject1.odt"),
    ],
)
def test_a_file_in_a_stream_of_an_object_is_read(stream: str, content: bytes, name: str) -> None:
    documents = opened(word_with({"oleObject1.bin": compound_file({stream: content})}), "a.docx")
    inner = documents[name]
    assert isinstance(inner, Document)
    assert inner.text == "inside"


def test_objects_of_other_programs_and_damaged_ones_are_counted() -> None:
    files = {
        "oleObject1.bin": compound_file({"Equation Native": bytes(50)}),
        "oleObject2.bin": packaged_object("a.txt", b"x")[:600],
        "oleObject3.bin": compound_file({"CONTENTS": b"something else"}),
    }
    documents = opened(word_with(files), "a.docx")
    assert set(documents) == {""}
    assert warnings(documents) == ("3 embedded objects of other programs could not be read.",)


def test_an_encrypted_embedded_file_is_named_with_the_reason() -> None:
    locked = compound_file({"EncryptedPackage": bytes(50)})
    documents = opened(word_with({"Book.xlsx": locked}), "a.docx")
    assert "needs a password" in str(documents["Book.xlsx"])


def test_documents_in_an_open_document_are_documents_of_their_own() -> None:
    documents = opened(open_text_file().content, "a.odt")
    assert set(documents) == {"Object 3.ods", "plan.txt", ""}
    sheet = opened(open_sheet_file().content, "a.ods")["Object 2.odt"]
    assert isinstance(sheet, Document)
    assert "embeddedtextquail" in sheet.text


def test_objects_of_a_rich_text_file_are_documents_of_their_own() -> None:
    documents = opened(rich_text_file().content, "a.rtf")
    assert set(documents) == {"plan.txt", "object 2.docx", ""}


def test_embedded_and_pinned_files_of_a_pdf_are_documents_of_their_own() -> None:
    documents = opened(pdf_file().content, "a.pdf")
    assert set(documents) == {"a.txt", "pinned.txt", ""}


def test_embedded_files_beyond_the_nesting_limit_are_named() -> None:
    documents = opened(word_with({"a.xlsx": made.xlsx({"S": [["x"]]})}), "a.docx", Limits(nesting=0))
    assert warnings(documents) == ("Embedded files were not read: a.xlsx. Ingest them as files of their own.",)


def test_embedded_files_share_the_number_of_documents_with_everything_around_them() -> None:
    inner = word_with({f"{number}.xlsx": made.xlsx({"S": [[number]]}) for number in range(5)})
    documents = opened(made.zipped({"a.docx": inner}), "box.zip", Limits(entries=3))
    assert set(documents) == {"a.docx!/0.xlsx", "a.docx!/1.xlsx", "a.docx", ""}
    holder = documents["a.docx"]
    assert isinstance(holder, Document)
    assert "Embedded files were not read: 2.xlsx, 3.xlsx, 4.xlsx." in holder.warnings[0]


def test_a_bomb_among_the_embedded_files_is_refused_and_the_document_is_read() -> None:
    bomb = word_with({"bomb.bin": bytes(20 * MIB)})
    documents = opened(bomb, "a.docx")
    assert set(documents) == {""}
    assert "Embedded files were not read." in warnings(documents)[0]
    assert "exhaust memory" in warnings(documents)[0]


def test_a_document_that_unpacks_to_more_than_is_safe_is_refused_before_its_embedded_files_are_read() -> None:
    documents = opened(word_with({"large.bin": bytes(3 * MIB)}), "a.docx", Limits(unpacked_mib=2))
    assert list(documents) == [""]
    assert "more than is safe to read" in str(documents[""])


@pytest.mark.parametrize("cut", [3, 9, 30])
def test_a_package_cut_off_is_no_file(cut: int) -> None:
    assert packaged_file("x", struct.pack("<H", 2) + b"a.txt\x00"[: cut - 2]) is None
    assert rich_text_object(1, bytes(cut)) is None
