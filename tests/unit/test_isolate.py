"""Loading in a process of its own: what a file does to its parser is said on the document, and the run goes on."""

from collections.abc import Iterator

import pytest

from app.core.domain import Document
from ingest.isolate import Loader
from tests import made_files as made

GUIDE = made.source("# Ferry\n\nIt leaves at six.", "guide.md")


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with Loader() as loader:
        yield loader


def test_a_document_comes_back_as_it_was_loaded(loader: Loader) -> None:
    (entry,) = loader.load(GUIDE).documents
    assert entry[0] is GUIDE
    assert isinstance(entry[1], Document)
    assert entry[1].title == "Ferry"
    assert [(one.level, one.text, one.start) for one in entry[1].headings] == [(1, "Ferry", 0)]
