"""The page's endpoints for programs: named, documented, and nothing else is public."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError as EndpointError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from sqlalchemy import Engine

from app.core.errors import SettingsError
from app.core.settings import Settings
from app.web.serve import start
from tests.support.own_loop import finished
from tests.support.site import OPENING, Site, running_site


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port."""
    with running_site(database, make_settings(port=0)) as running:
        yield running


def test_programs_can_ask_and_search_and_nothing_else(site: Site) -> None:
    client = Client(site.address, verbose=False)

    endpoints = client.view_api(print_info=False, return_format="dict")["named_endpoints"]
    answer = client.predict(OPENING, "club", api_name="/ask")
    found = client.predict("hole in the hull", "", api_name="/search")

    assert sorted(endpoints) == ["/ask", "/search"]
    filters = ["collection", "document", "path", "media_type", "language", "since", "until", "tag"]
    for name, first in (("/ask", "question"), ("/search", "query")):
        assert [parameter["parameter_name"] for parameter in endpoints[name]["parameters"]] == [first, *filters]
    assert answer["outcome"] == "answered"
    assert answer["sources"][0]["title"] == "Handbook for members"
    assert {sentence["support"] for sentence in answer["sentences"]} >= {"cited", "attributed", "unsupported"}
    assert "the embedded model answers instead" in answer["notices"][0]
    assert len(found["candidates"]) == len(site.shelf.hits)
    assert found["candidates"][0]["heading"] == "Repairs"
    with pytest.raises(EndpointError, match="There is no collection nowhere"):
        client.predict(OPENING, "nowhere", api_name="/ask")


def test_the_endpoints_are_mcp_tools_with_descriptions(site: Site) -> None:
    async def use() -> tuple[Any, Any, Any]:
        async with (
            streamablehttp_client(f"{site.address}gradio_api/mcp/") as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            given = {"question": "hole in the hull", "tag": ["care"], "document": ["boats.md"]}
            asked = await session.call_tool("ask", given)
            return tools.tools, await session.call_tool("search", {"query": "hole in the hull"}), asked

    tools, result, asked = finished(use())

    described = {tool.name: tool.description for tool in tools}
    assert set(described) == {"ask", "search"}
    assert described["ask"].startswith("Answer a question from the documents")
    assert "hull" in result.content[0].text
    assert "'filters': {'documents': ['boats.md'], 'tags': ['care']}" in asked.content[0].text


def test_programs_narrow_by_lists_and_by_lines(site: Site) -> None:
    client = Client(site.address, verbose=False)

    listed = client.predict(OPENING, collection=["club", "attic"], tag=["Care"], api_name="/ask")
    lines = client.predict(OPENING, "club", document="boats.md\n7", language="en", api_name="/ask")

    assert (listed["collection"], listed["filters"]) == (None, {"collections": ["club", "attic"], "tags": ["care"]})
    assert (lines["collection"], lines["filters"]) == ("club", {"documents": ["boats.md", 7], "language": "en"})


def test_responses_forbid_the_page_to_load_anything_from_elsewhere(site: Site) -> None:
    response = httpx.get(site.address)

    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_a_page_of_this_machine_does_not_answer_to_another_name(site: Site) -> None:
    rebound = httpx.get(site.address, headers={"host": "evil.example:7860"})
    own = httpx.get(site.address, headers={"host": "localhost:7860"})

    assert (rebound.status_code, own.status_code) == (400, 200)


def test_a_taken_port_is_an_error_that_names_the_setting(site: Site, make_settings: Callable[..., Settings]) -> None:
    port = int(site.address.rstrip("/").rsplit(":", 1)[1])

    with pytest.raises(SettingsError, match=rf"cannot use 127\.0\.0\.1:{port}.*FOREMOST_PORT"):
        start(site.services, make_settings(port=port))
