"""Awkward files, one trait each, made here: through the loading process each becomes its text or one clear line."""

from collections.abc import Iterator

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.limits import MIB, Limits
from ingest.load.parent import IsolatedLoader
from tests.support import made_files as made
from tests.support.outlook_file import outlook_message

WORD = made.docx(("Heading1", "Wages"), ("", "Paid on Friday."))
PAGE = made.pdf([["A page of text."]])
DEEP = 20_000
OFFICE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

TEXTS = {  # trait -> (name, content, words that must be in the text)
    "a Word document named .pdf": ("wages.pdf", WORD, "Paid on Friday."),
    "a PDF named .docx": ("page.docx", PAGE, "A page of text."),
    "a PDF with junk before its header": ("page.pdf", b"junk\n" * 20 + PAGE, "A page of text."),
    "a PDF without its end": ("page.pdf", PAGE[: PAGE.index(b"xref")], "A page of text."),
    "a PDF with a wrong table of objects": ("page.pdf", PAGE.replace(b" 00000 n", b" 00001 f"), "A page of text."),
    "a PDF whose second page is gone": (
        "page.pdf",
        made.pdf([["A page of text."], ["Lost."]]).replace(b"6 0 obj", b"9 0 obj"),
        "A page of text.",
    ),
    "20,000 nested elements": ("deep.html", b"<div>" * DEEP + b"the core" + b"</div>" * DEEP, "the core"),
    "20,000 nested lists of an open document": (
        "deep.odt",
        made.odt(content="<text:list>" * 200 + "<text:p>the core</text:p>" + "</text:list>" * 200, footer=""),
        "the core",
    ),
    "20,000 nested brackets": ("deep.json", b"[" * DEEP + b"1" + b"]" * DEEP, "[[[1]]]"),
    "2 MB in one line": ("line.txt", b"word " * 400_000 + b"the needle", "the needle"),
    "an endless word": ("word.txt", b"x" * 2 * MIB, "xxx"),
    "NUL bytes": ("nul.txt", b"the vault code\x00 is\x00 7741\n" * 9, "the vault code is 7741"),
    "a lone surrogate": ("lone.json", b'{"order": "number \\ud800 55821"}', "number \ufffd 55821"),
    "UTF-16 without a mark": ("page.html", "<html><p>Sample text</p>".encode("utf-16-le"), "Sample text"),
    "a charset hidden in noise": (
        "page.html",
        b"<!-- <meta charset=utf-7> --><html><meta name=x content=y><meta http-equiv=a content='text/html; "
        b"charset=iso-8859-2'><p>\xb6\xb1",
        "śą",
    ),
    "DOS Cyrillic": ("russian.txt", "Однажды в студеную зимнюю пору я из лесу вышел".encode("cp866"), "Однажды в"),
    "UTF-8 saved as Windows-1252": (
        "moji.txt",
        "The café “Zürich” charges €1.".encode().decode("cp1252", "ignore").encode(),
        "The café",
    ),
    "rows with a mark, semicolons and decimal commas": (
        "semi.csv",
        "\ufeffOrt;Betrag\nKöln;0,50\nBonn;1,25\n".encode(),
        "Ort: Köln | Betrag: 0,50",
    ),
    "a name with spaces and an emoji": ("ünï code 🗂.md", b"# Hours\n\nIt opens at 07:30.", "opens at 07:30"),
    "an Outlook message": ("mail.msg", outlook_message("Fähre", "It leaves at six."), "It leaves at six."),
    "an Outlook message in a code page": (
        "mail.msg",
        outlook_message("測試", "中文", code_page=(950, "cp950")),
        "# 測試\n\n中文",
    ),
    "a header that lies about the size of a sheet": (
        "sheet.xlsx",
        made.xlsx({"Fares": [["Route", "Fare"], ["Isle", 2.5]]}),
        "Route: Isle | Fare: 2.5",
    ),
}

REFUSALS = {  # trait -> (name, content, words of the error)
    "an encrypted Office file": (
        "a.docx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100 + "EncryptedPackage".encode("utf-16-le"),
        "needs a password",
    ),
    "an encrypted PDF": ("a.pdf", made.pdf([["secret"]], locked=True), "needs a password"),
    "an encrypted PDF that was cut off": ("a.pdf", made.pdf([["secret"]], locked=True)[:-60], "damaged"),
    "a PDF of its header alone": ("a.pdf", b"%PDF-1.7\n", "damaged"),
    "a PDF whose pages are their own children": (
        "a.pdf",
        PAGE.replace(b"/Kids[4 0 R]", b"/Kids[2 0 R]"),
        "damaged",
    ),
    "XML entities": ("a.docx", made.docx(("", "&x;"), prologue='<!DOCTYPE a [<!ENTITY x "ha">]>'), "entities"),
    "a zip bomb in a Word document": (
        "a.docx",
        made.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": bytes(210 * MIB)}),
        "unpacks to",
    ),
    "Word XML nested 200,000 deep": (
        "a.docx",
        made.zipped(
            {
                "[Content_Types].xml": "<a/>",
                "word/document.xml": f'<w:document xmlns:w="{OFFICE}">' + "<w:p>" * 200_000,
            }
        ),
        "",
    ),
    "24 bytes that are no zip": ("a.odt", b"this is not a zip at all", "does not hold that format"),
    "a program": ("a.txt", b"\x7fELF" + bytes(range(256)), "program"),
    "binary data": ("a.txt", bytes(range(1, 32)) * 100, "binary"),
}


@pytest.fixture(scope="module")
def loader() -> Iterator[IsolatedLoader]:
    with IsolatedLoader(Limits(ocr_seconds=0)) as loader:
        yield loader


@pytest.mark.parametrize("trait", TEXTS)
def test_awkward_file_gives_its_text(loader: IsolatedLoader, trait: str) -> None:
    name, content, words = TEXTS[trait]
    loaded = loader.load(made.source(content, name))
    assert isinstance(loaded.own, Document)
    assert words in loaded.own.text
    assert loaded.peak_mib < 1_000


@pytest.mark.parametrize("trait", REFUSALS)
def test_awkward_file_is_refused_in_one_line(loader: IsolatedLoader, trait: str) -> None:
    name, content, words = REFUSALS[trait]
    loaded = loader.load(made.source(content, name))
    assert isinstance(loaded.own, DocumentError)
    assert words in str(loaded.own)
    assert "\n" not in str(loaded.own)
    assert loaded.peak_mib < 1_000
