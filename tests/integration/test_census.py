"""The census: every container of text in every format is read, or the document's warnings name it with its count."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.load.parent import IsolatedLoader
from tests.support import census
from tests.support import made_files as made
from tests.support.cases import CASES
from tests.support.census_files import census_files
from tests.support.census_marks import CensusFile

FILES = {file.name: file for file in census_files()}
AWKWARD = Path(__file__).resolve().parents[3] / "shared" / "data" / "files"
REAL = {
    str(path.relative_to(folder)): path
    for folder in (CASES, AWKWARD)
    if folder.is_dir()
    for path in sorted(folder.rglob("*"))
    if path.is_file() and any(True for _ in census.parts(path.read_bytes()))
}
MADE = {
    "slides.pptx": made.pptx_with([("Title", "grouped", "spoken notes")]),
    "fares.xlsx": made.xlsx({"Fares": [["Route", "Fare"], ["Isle", 2.5], ["Harbour", 3]]}),
    "pay.docx": made.docx(("Heading1", "Pay"), ("", "Text."), table=[["first", "second"], ["third", "fourth"]]),
    "rules.odt": made.odt(content="<text:h>Rules</text:h><text:p>No dogs.</text:p>", footer="<text:p>Page</text:p>"),
    "novel.epub": made.epub(["<h1>One</h1><p>Text</p>", "<h1>Two</h1>"], title="Novel"),
    "page.pdf": made.pdf([["Some text-", "of a page."], []], bookmarks=[("Some", 0)]),
}


@pytest.fixture(scope="module")
def loader() -> Iterator[IsolatedLoader]:
    with IsolatedLoader(Limits(ocr_seconds=0)) as loader:
        yield loader


def read(loader: IsolatedLoader, content: bytes, name: str) -> list[Document | DocumentError]:
    return [result for _, result in loader.load(made.source(content, name)).documents]


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_every_container_of_text_is_read_or_named(loader: IsolatedLoader, file: CensusFile) -> None:
    missing = file.missing(read(loader, file.content, file.name))
    assert not missing, f"{len(missing)} of {len(file.containers)} containers are lost without a word: {missing}"


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_words_of_every_part_of_a_rich_file_are_in_its_documents(loader: IsolatedLoader, file: CensusFile) -> None:
    documents = [result for result in read(loader, file.content, file.name) if isinstance(result, Document)]
    assert documents
    assert [str(gap) for gap in census.gaps(file.content, documents)] == []


@pytest.mark.parametrize("name", MADE)
def test_the_words_of_every_part_of_a_made_file_are_in_its_documents(loader: IsolatedLoader, name: str) -> None:
    documents = [result for result in read(loader, MADE[name], name) if isinstance(result, Document)]
    assert documents
    assert [str(gap) for gap in census.gaps(MADE[name], documents)] == []


# Two values of this form stand in an update of the file that PDFium does not read, and no other reader is here.
NOT_REACHED = {"form-filled-1040.pdf": "form values"}

if REAL:

    @pytest.mark.parametrize("name", REAL)
    def test_the_words_of_every_part_of_a_real_file_are_in_its_documents(loader: IsolatedLoader, name: str) -> None:
        content = REAL[name].read_bytes()
        results = read(loader, content, REAL[name].name)
        documents = [result for result in results if isinstance(result, Document)]
        if not documents:  # refused as a whole, in one line
            assert isinstance(results[-1], DocumentError)
        else:
            lost = [gap for gap in census.gaps(content, documents) if gap.part != NOT_REACHED.get(REAL[name].name)]
            assert [str(gap) for gap in lost] == []


def test_the_census_notices_a_part_that_is_lost() -> None:
    slides = MADE["slides.pptx"]
    text = "Title grouped"
    document = Document(title="Title", text=text, media_type="x", language=None)
    (gap,) = census.gaps(slides, [document])
    assert gap.part == "ppt/notesSlides/notesSlide1.xml"
    assert gap.lost == ("spoken", "notes")
    named = Document(title="Title", text=text, media_type="x", language=None, warnings=("1 note was not read.",))
    assert census.gaps(slides, [named]) == []
