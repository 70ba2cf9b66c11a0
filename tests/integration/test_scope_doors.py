"""The same filters at every door: search, why, evaluate and LangChain over a real database and the real models."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from app.cli import app
from app.core.document_tags import DocumentTags
from app.core.domain import Filters
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.langchain_retriever import TwoStageRetriever
from app.quality.expected.golden import Expected, Golden
from app.stages import build_stages
from tests.support.ingested import ingest_text

QUESTION = "When does the ferry sail?"
# name -> collection, tags, text
FILES = {
    "north.txt": ("north", ("ferry", "winter"), "The ferry sails at nine in the morning from the north quay."),
    "south.txt": ("south", ("ferry",), "The ferry sails at ten in the morning from the south quay."),
    "old.txt": ("archive", ("winter",), "The ferry sailed at eleven in the morning in former years."),
}

Run = Callable[..., Any]


@pytest.fixture
def run(database: Engine, embedder: Embedder, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command over three documents; returns its JSON."""
    tags = DocumentTags(database)
    for name, (collection, given, body) in FILES.items():
        ingest_text(database, embedder, f"/files/{name}", body, collection=collection)
        tags.change(tags.find(name)[0].id, add=given)
    with database.begin() as connection:
        connection.execute(text("UPDATE documents SET modified_at = '2026-03-01' WHERE name = 'old.txt'"))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FOREMOST_DATA_DIR", str(data_dir))

    def command(*words: str) -> Any:
        done = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return command


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), {"north.txt", "south.txt", "old.txt"}),
        (("--collection", "north"), {"north.txt"}),
        (("--collection", "north", "--collection", "archive"), {"north.txt", "old.txt"}),
        (("--document", "south.txt", "--document", "old.txt"), {"south.txt", "old.txt"}),
        (("--tag", "ferry"), {"north.txt", "south.txt"}),
        (("--tag", "Ferry", "--tag", "#winter"), {"north.txt"}),
        (("--tag", "ferry,winter"), {"north.txt"}),
        (("--tag", "winter", "--collection", "archive"), {"old.txt"}),
        (("--until", "2026-04-01"), {"old.txt"}),
        (("--path", "/files/n", "--language", "en", "--media-type", "text/*"), {"north.txt"}),
        (("--tag", "absent"), set()),
    ],
)
def test_search_obeys_every_filter(run: Run, options: tuple[str, ...], names: set[str]) -> None:
    found = run("search", QUESTION, *options)
    assert {candidate["name"] for candidate in found["candidates"]} == names
    if not names:
        assert found["notices"][0] == "Nothing is in this scope: tag absent."


def test_why_says_that_a_passage_is_outside_the_scope(run: Run) -> None:
    asked = ("why", QUESTION, "--expect", "south.txt", "--no-model")
    inside = run(*asked, "--tag", "ferry")
    outside = run(*asked, "--tag", "winter", "--collection", "north", "--collection", "archive")
    assert inside["passage"]["title"] == "south.txt"
    assert "the search was within the filters alone" in outside["summary"]


def test_evaluate_measures_within_the_scope_and_says_so(run: Run, database: Engine) -> None:
    Golden(database).add(QUESTION, [Expected(source_uri="/files/south.txt")], source="typed")
    everywhere = run("evaluate")
    narrowed = run("evaluate", "--tag", "winter")
    within = run("evaluate", "--document", "south.txt")
    assert everywhere["run"]["questions"][0]["ranks"]["fused"] is not None
    assert narrowed["run"]["questions"][0]["ranks"]["fused"] is None
    assert within["run"]["questions"][0]["ranks"]["fused"] == 1
    assert "scope" not in everywhere["run"]["settings"]
    assert json.loads(narrowed["run"]["settings"]["scope"]) == {"tags": ["winter"]}


@pytest.mark.usefixtures("run")
def test_langchain_obeys_lists(database: Engine, embedder: Embedder, make_settings: Callable[..., Settings]) -> None:
    searcher = build_stages(database, embedder).searcher(make_settings())
    retriever = TwoStageRetriever(
        search=searcher.search, filters=Filters(tags=("ferry",), collections=("south", "archive"))
    )
    assert [document.metadata["name"] for document in retriever.invoke(QUESTION)] == ["south.txt"]
