"""MCP over the running server: an agent asks, searches, opens sections, lists documents and explains a loss."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from sqlalchemy import Engine, insert, text

from app.core.settings import Settings
from migrations.tables import chunks
from tests.support.own_loop import finished
from tests.support.site import KEY, OPENING, Site, running_site


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    with running_site(database, make_settings(port=0)) as running:
        yield running


@asynccontextmanager
async def session(site: Site) -> AsyncIterator[ClientSession]:
    async with (
        httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}, timeout=30) as http,
        streamable_http_client(f"{site.address}v1/mcp", http_client=http) as (reader, writer, _),
        ClientSession(reader, writer) as made,
    ):
        await made.initialize()
        yield made


def call(site: Site, name: str, **arguments: Any) -> dict[str, Any]:
    """The result of a tool; its error as {"error": line}."""

    async def use() -> dict[str, Any]:
        async with session(site) as made:
            result = await made.call_tool(name, arguments)
            if result.isError:
                return {"error": getattr(result.content[0], "text", "")}
            return result.structuredContent or {}

    return finished(use())


def test_the_tools_say_what_they_do_and_what_they_take(site: Site) -> None:
    async def use() -> Any:
        async with session(site) as made:
            return (await made.list_tools()).tools

    tools = {tool.name: tool for tool in finished(use())}

    assert set(tools) == {"ask", "search", "open_section", "list_documents", "why"}
    assert all(tool.description.endswith(".") for tool in tools.values())
    assert set(tools["search"].inputSchema["properties"]) >= {"query", "collection", "document", "since", "limit"}
    assert tools["ask"].inputSchema["required"] == ["question"]
    assert "stream" not in tools["ask"].inputSchema["properties"]


def test_an_agent_asks_goes_on_and_explains_what_was_missed(site: Site) -> None:
    first = call(site, "ask", question=OPENING, chat="new")
    second = call(site, "ask", question="And the licence?", chat=first["chat"])
    why = call(site, "why", answer=first["answer_id"], expect="Small scratches are noted")

    assert "opens at six in the morning [1]" in first["answer"]
    assert first["verdict"]["state"] == "partly supported"
    assert first["sources"][0]["title"] == "Handbook for members"
    assert second["standalone_question"] == f"{OPENING} the licence?"
    assert why["loss"]


def test_an_agent_searches_and_opens_the_section_of_a_passage(site: Site) -> None:
    found = call(site, "search", query="hole in the hull", limit=3)
    with site.engine.begin() as connection:
        collection = connection.execute(text("SELECT id FROM collections WHERE name = 'club'")).scalar_one()
        number = site.shelf.ids["boats.md"]
        for ordinal, (heading, words) in enumerate(
            [("Washing", "Rinse."), ("Repairs", "A hole"), ("Repairs", "in the hull."), ("Winter", "Inside.")]
        ):
            connection.execute(
                insert(chunks).values(
                    document_id=number, collection_id=collection, ordinal=ordinal, heading=heading, text=words,
                    start_char=10 * ordinal, end_char=10 * ordinal + len(words), token_count=3, text_config="english",
                    embedding=[0.0] * 383 + [1.0],
                )
            )  # fmt: skip
        chunk = connection.execute(text("SELECT id FROM chunks WHERE ordinal = 2")).scalar_one()

    section = call(site, "open_section", chunk_id=chunk)

    assert found["passages"][0]["heading"] == "Repairs"
    assert len(found["passages"]) == 3
    assert section["text"] == "A hole\nin the hull."
    assert section["heading"] == "Repairs"
    assert section["document"]["name"] == "boats.md"


def test_an_agent_lists_documents(site: Site) -> None:
    listed = call(site, "list_documents", collection="club", limit=2)

    assert listed["collections"] == {"attic": 0, "club": 3}
    assert [row["name"] for row in listed["documents"]] == ["locked.pdf", "boats.md"]
    assert listed["more"] is True


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("ask", {"question": "  "}, "The question is empty. fix: Write"),
        ("ask", {"question": OPENING, "collection": "nowhere"}, "There is no collection nowhere"),
        ("ask", {"question": OPENING, "chat": "x"}, "There is no chat x"),
        ("search", {}, "query"),
        ("search", {"query": "hull", "limit": 0}, "minimum"),
        ("open_section", {"chunk_id": 999}, "There is no passage 999"),
        ("why", {"expect": "words"}, "Give either an answer or a question"),
        ("remove", {}, "There is no tool 'remove'"),
    ],
)
def test_what_cannot_be_done_is_one_line(site: Site, name: str, arguments: dict[str, Any], line: str) -> None:
    error = call(site, name, **arguments)["error"]

    assert line in error
    assert len(error.splitlines()) <= 1 or "minimum" in error


def test_a_failed_model_is_an_error_of_the_tool(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.services.model, "script", lambda _: iter(()))
    assert "answered nothing" in call(site, "ask", question=OPENING)["error"]


def test_the_model_is_stopped_when_the_agent_leaves(site: Site) -> None:
    site.services.model.hold(after=3)
    headers = {"authorization": f"Bearer {KEY}", "accept": "application/json, text/event-stream"}
    request = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": OPENING}},
    }

    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{site.address}v1/mcp", json=request, headers=headers, timeout=1.5)

    assert site.services.model.stopped.wait(10)


def test_there_is_nothing_without_the_key_and_nothing_but_post(site: Site) -> None:
    address = f"{site.address}v1/mcp"
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}

    assert httpx.post(address, json=body, headers={"accept": "application/json, text/event-stream"}).status_code == 401
    assert httpx.get(address, headers={"authorization": f"Bearer {KEY}"}).status_code == 405
