"""LangChain on both sides: its loaders feed the ingestion, its chains and agents search what was stored."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_community.document_loaders import CSVLoader, TextLoader
from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document as LangChainDocument
from langchain_core.language_models.chat_models import SimpleChatModel
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_core.tools import create_retriever_tool
from sqlalchemy import Engine, text

from app.core.errors import DocumentError
from app.core.models.embedding import Embedder
from app.core.settings import load_settings
from app.langchain_retriever import TwoStageRetriever
from app.rerank import build_reranker
from app.search import Searcher
from app.stages import build_retriever
from ingest.load.langchain_adapter import documents_of
from ingest.pipeline import Ingester, Outcome, Result
from ingest.store import Store

ROOT = Path(__file__).resolve().parents[2]
FARES = "zone,price\nharbour,4 euros\nislands,9 euros\n"
RULES = "Dogs travel free of charge on every ferry. They must wear a muzzle on the car deck."


class Pages(BaseLoader):
    """A loader of one file with two pages, and of a text that names no source."""

    def lazy_load(self) -> Iterator[LangChainDocument]:
        for page, content in enumerate(("Lifejackets hang below deck.", "Flares are in the red box.\x00")):
            yield LangChainDocument(content, metadata={"source": "https://ferry.example/safety.pdf", "page": page})
        yield LangChainDocument("A note without a source.")


class Failing(BaseLoader):
    """A loader whose library fails after the first document."""

    def lazy_load(self) -> Iterator[LangChainDocument]:
        yield LangChainDocument("One.", metadata={"source": "one"})
        raise RuntimeError("no such page\nand a second line")


class Echo(SimpleChatModel):
    """A chat model that answers with its prompt."""

    @property
    def _llm_type(self) -> str:
        return "echo"

    def _call(self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any) -> str:
        return str(messages[-1].content)


class Scripted(GenericFakeChatModel):
    """A chat model that follows its script, tools or not."""

    def bind_tools(self, *_args: Any, **_kwargs: Any) -> Any:
        return self


def ingest(database: Engine, embedder: Embedder, loader: BaseLoader) -> dict[str, Result]:
    """Results by address."""
    ingester = Ingester(store=Store(database, chunker_version="test"), make_embedder=lambda: embedder)
    results = {
        source.uri: ingester.ingest(source, collection="ferry", document=document)
        for source, document in documents_of(loader)
    }
    ingester.finish(many=True)
    return results


@pytest.fixture
def retriever(database: Engine, embedder: Embedder, data_dir: Path, tmp_path: Path) -> TwoStageRetriever:
    """The product's retriever over files that loaders of langchain-community have read."""
    (tmp_path / "fares.csv").write_text(FARES, "utf-8")
    (tmp_path / "rules.txt").write_text(RULES, "utf-8")
    for loader in (CSVLoader(tmp_path / "fares.csv"), TextLoader(tmp_path / "rules.txt", encoding="utf-8")):
        assert [result.outcome for result in ingest(database, embedder, loader).values()] == [Outcome.NEW]
    settings = load_settings(data_dir=data_dir)
    searcher = Searcher(
        retriever=build_retriever(database, embedder, settings),
        reranker=build_reranker("auto", embedder, data_dir, budget_ms=0),
    )
    return TwoStageRetriever(search=searcher.search, collection="ferry", k=1)


def test_what_a_loader_of_langchain_community_reads_is_found_by_the_retriever(
    retriever: TwoStageRetriever, tmp_path: Path
) -> None:
    (fare,) = retriever.invoke("What does a ticket to the islands cost?")
    (rule,) = retriever.invoke("Do I pay for my dog?")
    assert "zone: islands\nprice: 9 euros" in fare.page_content
    assert (fare.metadata["source"], fare.metadata["title"]) == (str(tmp_path / "fares.csv"), "fares.csv")
    assert "Dogs travel free" in rule.page_content


def test_the_retriever_fills_the_prompt_of_a_chain(retriever: TwoStageRetriever) -> None:
    prompt = ChatPromptTemplate.from_template("Passages: {context}\nQuestion: {question}")
    chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | Echo()
    answer = str(chain.invoke("Do I pay for my dog?").content)
    assert "Dogs travel free of charge on every ferry." in answer
    assert answer.endswith("Question: Do I pay for my dog?")


def test_an_agent_searches_with_the_retriever_as_its_tool(retriever: TwoStageRetriever) -> None:
    call = {"name": "search_documents", "args": {"query": "Do I pay for my dog?"}, "id": "1"}
    script = iter([AIMessage("", tool_calls=[call]), AIMessage("Dogs travel free.")])
    tool = create_retriever_tool(retriever, "search_documents", "Searches the ferry's documents.")
    agent: Any = create_agent(Scripted(messages=script), [tool])
    messages = agent.invoke({"messages": [("user", "May I bring my dog?")]})["messages"]
    (passages,) = [message.content for message in messages if isinstance(message, ToolMessage)]
    assert "Dogs travel free of charge on every ferry." in passages
    assert messages[-1].content == "Dogs travel free."


def test_pages_of_a_source_are_one_document_and_the_same_again_is_unchanged(
    database: Engine, embedder: Embedder
) -> None:
    addresses = ["https://ferry.example/safety.pdf", "Pages:3"]
    assert {uri: result.outcome for uri, result in ingest(database, embedder, Pages()).items()} == dict.fromkeys(
        addresses, Outcome.NEW
    )
    with database.connect() as connection:
        rows = connection.execute(text("SELECT name, part_kind, part_count, error FROM documents ORDER BY id")).all()
        places = connection.execute(text("SELECT part_first, part_last FROM chunks ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [("safety.pdf", "page", 2, ""), ("Pages:3", None, None, "")]
    assert tuple(places[0]) == (1, 2)
    again = ingest(database, embedder, Pages())
    assert [result.outcome for result in again.values()] == [Outcome.UNCHANGED, Outcome.UNCHANGED]


def test_a_loader_that_fails_is_an_error_in_one_line() -> None:
    with pytest.raises(DocumentError, match=r"^Failing stopped: no such page\.$") as failed:
        list(documents_of(Failing()))
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("example", ["langchain_retriever", "llamaindex_retriever"])
def test_the_examples_print_the_best_passages(
    retriever: TwoStageRetriever, database: Engine, data_dir: Path, example: str
) -> None:
    assert retriever.k == 1  # its documents are stored
    outside = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    settings = {"FOREMOST_DATA_DIR": str(data_dir), "DATABASE_URL": database.url.render_as_string(hide_password=False)}
    done = subprocess.run(
        [sys.executable, f"examples/{example}.py", "Do I pay for my dog?"],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=300,
        env=outside | settings | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("1 rules.txt · Dogs travel free of charge")
