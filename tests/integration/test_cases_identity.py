"""Cases of identity: names, titles, dates and languages of documents, and follow-ups; with the real models."""

from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.core.domain import Fate, Finished, Hit, Message, ModelInfo, Outcome, Question, Retrieved, Turn, Usage
from app.core.models.embedding import Embedder
from app.core.names import labels
from app.core.settings import load_settings
from app.ledger import Ledger
from app.listing import Listing
from app.pack import pack, render
from app.pipeline import Answerer, Prompts
from app.prompts import NOT_FOUND, conversation
from app.rerank import Reranker, build_reranker
from app.rewrite.rewriter import Rewriter
from app.search import Searcher
from app.stages import build_retriever
from tests.support import made_files as made
from tests.support.cases import case_document, case_documents, ingest_case, ingest_sources, made_source
from tests.support.fakes import ScriptedModel, word_support
from tests.support.generators import returned

RERANKERS = ("none", "auto", "late-interaction")
Search = Callable[[str], Retrieved]


@pytest.fixture(scope="session")
def rerankers(embedder: Embedder, data_dir: Path) -> dict[str, Reranker]:
    return {name: build_reranker(name, embedder, data_dir, budget_ms=0) for name in RERANKERS}


@pytest.fixture(params=RERANKERS)
def search(
    request: pytest.FixtureRequest, database: Engine, embedder: Embedder, rerankers: dict[str, Reranker]
) -> Search:
    """The whole search with each reranker, as configured."""
    retriever = build_retriever(database, embedder, load_settings())
    return Searcher(retriever=retriever, reranker=rerankers[request.param]).search


def first(search: Search, question: str) -> str:
    """Name of the file whose passage comes first."""
    return search(question).context.hits[0].name


# ------------------------------------------------------------------------------------------------------ 12: names


@pytest.mark.parametrize("person", ["Amara Delcourt", "Jonas Wetterby", "Milan Horvat", "Sofia Reinholt"])
def test_case_12_the_note_named_after_a_person_comes_first(
    database: Engine, embedder: Embedder, search: Search, person: str
) -> None:
    ingest_case(database, embedder, "12")
    assert first(search, f"What is the phone number of {person}?") == f"{person}.md"
    assert first(search, f"When does {person.split()[1]} like to be called?") == f"{person}.md"


CONTACT = "Contact\n\nPhone: +44 1632 960 {}\n\nPrefers calls in the morning.\n"


def _variants(suffix: str, make: Callable[[str], str | bytes]) -> list[str]:
    return [suffix] if make else []


@pytest.mark.parametrize("kind", ["docx", "html", "txt", "zip", "upload"])
def test_case_12_in_other_formats_and_places(database: Engine, embedder: Embedder, search: Search, kind: str) -> None:
    people = {"AmaraDelcourt": 248, "jonas_wetterby": 117, "Horvat-Milan": 761, "Reinholt.Sofia": 533}
    bodies = {name: (f"Phone: +44 1632 960 {number}", "Prefers calls in the morning.") for name, number in people.items()}
    if kind == "docx":
        sources = [
            made_source(f"/x/{name}.docx", made.docx(("Heading1", "Contact"), *(("", line) for line in lines)))
            for name, lines in bodies.items()
        ]
    elif kind == "html":
        pages = {name: "".join(f"<p>{line}</p>" for line in lines) for name, lines in bodies.items()}
        sources = [made_source(f"/x/{name}.html", f"<html><h1>Contact</h1>{page}</html>") for name, page in pages.items()]
    else:
        texts = {name: "\n\n".join(("Contact", *lines)) for name, lines in bodies.items()}
        if kind == "zip":
            members = {f"{name}/contact.txt": text.encode() for name, text in texts.items()}
            sources = [made_source("/x/people.zip", made.zipped(members))]
        else:
            before = "upload:" if kind == "upload" else "/x/"
            sources = [made_source(f"{before}{name}.txt", text) for name, text in texts.items()]
    ingest_sources(database, embedder, sources)
    for question, number in {"phone Amara Delcourt": 248, "Telephone of Jonas Wetterby?": 117, "Sofia Reinholt": 533}.items():
        assert str(number) in search(question).context.hits[0].text, question
