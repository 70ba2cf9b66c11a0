"""A page with users: each sees what is his, whichever door he takes; signing in and out, keys, limits, the audit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine, create_engine, text

from app.core.acting import Actor, acting_as
from app.core.models.embedding import Embedder
from app.core.settings import load_settings
from app.http.build import mounted
from app.ledger import Ledger
from app.library import Library
from app.quality.expected.golden import Expected, Golden
from app.retrieve import HybridRetriever
from app.unanswered import Asked, Unanswered
from app.users import Audit, Gate, Keys, Users, require_bound
from app.web.people import signed_in
from app.web.serve import start
from tests.conftest import TEMPLATE
from tests.support.builders import make_answer, make_hit
from tests.support.fake_tuning import FakeTuning
from tests.support.fakes import ScriptedModel, make_services
from tests.support.oidc import CLIENT, TestProvider
from tests.support.oidc import SECRET as OIDC_SECRET
from tests.support.own_loop import finished
from tests.support.people import HIDDEN, PASSWORD, SECRET, fill, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTION = "When does the boathouse open for the board, and when is the merger signed?"
EXPECT = "merger is signed in May"


@dataclass(frozen=True, kw_only=True)
class Peopled:
    """The running page, its database as the owner sees it, and what others left in it."""

    address: str
    owner: Engine
    hidden: dict[str, int]  # name of a hidden document -> its id
    chunk: int  # of a hidden document
    chat: str  # of Ada
    answer: str  # of Ada, from hidden passages
    version: str  # of that answer, the one that counts
    asked: str  # of Ada, a question that still waits for its answer


@pytest.fixture(scope="module")
def site(server: Engine, embedder: Embedder, data_dir: Path) -> Iterator[Peopled]:
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE peopled TEMPLATE "{TEMPLATE}"'))
    owner = create_engine(server.url.set(database="peopled"))
    fill(owner, embedder)
    people = opened(owner, signed_in)
    require_bound(people.page)
    with _served(people.page, embedder, load_settings(data_dir=data_dir, port=0)) as address:
        yield _left_by_ada(address, owner, people.page)
    people.page.dispose()
    owner.dispose()
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE peopled WITH (FORCE)"))


@contextmanager
def _served(page: Engine, embedder: Embedder, settings: Any) -> Iterator[str]:
    model = ScriptedModel(lambda prompt: iter((prompt[-400:], " [1]")))  # says what it was given
    values = {"candidates": 50, "leg_candidates": 100, "vector_weight": 1.0, "text_weight": 1.0, "ef_search": 200}
    retriever = HybridRetriever(page, embedder, **values)  # type: ignore[arg-type]
    services = make_services(page, settings, (), model, retriever=retriever, plan_seconds=20)
    gate = Gate(page)
    blocks, address = start(
        services,
        settings,
        tuning=FakeTuning(),
        routes=[mounted(services, settings, key="unused", users=gate.actor)],
        gate=gate,
    )
    try:
        yield address
    finally:
        blocks.close(verbose=False)


def _left_by_ada(address: str, owner: Engine, page: Engine) -> Peopled:
    hidden = {row.name: row.id for row in Library(owner).documents() if SECRET in row.name}
    with owner.connect() as connection:
        chunk = connection.execute(text(f"SELECT id FROM chunks WHERE text ~ '{SECRET}' LIMIT 1")).scalar_one()  # noqa: S608
    with acting_as(Actor("ada")):
        ledger = Ledger(page)
        chat = ledger.start_chat(f"{SECRET} chat", "ada")
        hit = make_hit(1, f"{SECRET} words", name=f"{SECRET}-plan.txt")
        answer = make_answer(hits=[hit], chat_id=chat, question=f"What is {SECRET}?", text=f"The {SECRET} plan.")
        ledger.store(answer)
        version = make_answer(
            hits=[hit], chat_id=chat, question=f"What is {SECRET}?", text=f"Another {SECRET} plan.", replaces=answer.id
        )
        ledger.store(version)
        asked = Asked(text=f"Who signs the {SECRET} merger?", owner="ada", replaces=version.id)
        Unanswered(page).keep(chat, asked)
        Golden(page).add(
            f"{SECRET}?", [Expected(source_uri=f"/club/{SECRET}-minutes.txt", quote=SECRET)], source="typed"
        )
        Library(page).upload(f"{SECRET}.txt", SECRET.encode(), collection=f"{SECRET}-board")
    return Peopled(
        address=address,
        owner=owner,
        hidden=hidden,
        chunk=chunk,
        chat=chat,
        answer=answer.id,
        version=version.id,
        asked=asked.id,
    )


def nothing_of_it(said: str, *echoed: object) -> str:
    """What was said, when it holds no word and no id of what is hidden beside what was sent."""
    for part in echoed:
        said = said.replace(str(part), "")
    assert SECRET not in said, said[max(0, said.find(SECRET) - 300) : said.find(SECRET) + 100]
    found = re.search(rf"\b{HIDDEN // 100_000}0000\d\b", said)
    assert found is None, said[max(0, found.start() - 300) : found.end() + 100]
    return said


@contextmanager
def signed(site: Peopled, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, timeout=60) as client:
        assert client.post("login", data={"username": name, "password": PASSWORD}).is_success
        yield client


def keyed(site: Peopled, name: str, scope: str = "admin") -> httpx.Client:
    key = Keys(site.owner).add(name, scope=scope)
    return httpx.Client(base_url=f"{site.address}v1", headers={"authorization": f"Bearer {key}"}, timeout=60)


@pytest.mark.parametrize("name", ["cora", "ben"])
def test_no_route_for_programs_tells_the_wrong_user_anything(site: Peopled, name: str) -> None:
    with keyed(site, name) as client:
        assert client.get("/collections").json()["data"] == [{"name": "club", "documents": 1}]
        for path in ("/collections", "/documents", f"/documents?name={SECRET}", "/answers", "/answers/last"):
            nothing_of_it(client.get(path).text)
        for number in site.hidden.values():
            for path in (f"/documents/{number}", f"/documents/{number}/text", f"/documents/{number}/content"):
                missing = client.get(path)
                assert missing.status_code == 404
                nothing_of_it(missing.text, number)
            assert client.delete(f"/documents/{number}").status_code == 404
        for answer in (site.answer, site.version, site.version[:8]):
            assert client.get(f"/answers/{answer}").status_code == 404
        assert client.get("/uploads/1").status_code == 404
        bodies: dict[str, dict[str, Any]] = {
            "/search": {"query": QUESTION},
            "/ask": {"question": QUESTION},
            "/ask#stream": {"question": QUESTION, "stream": True, "chat": "new"},
            "/chat/completions": {"model": "foremost", "messages": [{"role": "user", "content": QUESTION}]},
            "/rerank": {"model": "foremost", "query": QUESTION, "documents": ["a", "b"]},
            f"/answers/{site.answer}/why": {"expect": EXPECT},
        }
        for path, body in bodies.items():
            nothing_of_it(client.post(path.split("#", maxsplit=1)[0], json=body).text)
        own = client.get("/answers").json()["data"][0]["id"]
        steps = Ledger(site.owner).load(own).plan.steps  # both parts of the question were searched, as this user
        assert len(steps) > 1
        nothing_of_it(str(steps))
        for path in ("/models/use", "/calibrate", "/calibrations", f"/answers/{site.answer}/versions"):
            assert client.post(path, json={}).status_code in (404, 405)
        why = client.post(f"/answers/{own}/why", json={"expect": EXPECT}).text
        nothing_of_it(why)
        assert "does not hold" in why or "no passage" in why.casefold() or "not in" in why.casefold(), why
        assert client.post("/ask", json={"question": QUESTION, "chat": site.chat}).status_code == 404


def test_no_tool_of_mcp_tells_the_wrong_user_anything(site: Peopled) -> None:
    key = Keys(site.owner).add("cora")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_documents", {}),
        ("search", {"query": QUESTION}),
        ("ask", {"question": QUESTION}),
        ("open_section", {"chunk_id": site.chunk}),
        ("why", {"question": QUESTION, "expect": EXPECT}),
        ("why", {"question": QUESTION, "expect": f"chunk:{site.chunk}"}),
        ("why", {"answer": site.answer, "expect": EXPECT}),
    ]

    async def use() -> list[str]:
        headers = {"authorization": f"Bearer {key}"}
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as http,
            streamable_http_client(f"{site.address}v1/mcp", http_client=http) as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            return [str(await session.call_tool(name, arguments)) for name, arguments in calls]

    for (name, arguments), said in zip(calls, finished(use()), strict=True):
        nothing_of_it(said, *arguments.values(), site.chunk)
        assert name, arguments


def test_no_event_of_the_page_tells_the_wrong_user_anything(site: Peopled) -> None:
    """Every handler there is, with every kind of event that the page's script can send, and what a forger would add."""
    opening: list[dict[str, Any]] = [{"document": number} for number in site.hidden.values()]
    forged = {"words": SECRET[:4], "text": SECRET[:4], "part": SECRET[:4], "passage": f"chunk:{site.chunk}"}
    events = [
        *opening,
        {"answer": site.version, "rank": 1, "n": 1, "value": -1, "asked": site.asked, "question": QUESTION},
        {"answer": site.answer, "rank": 1, "n": 1, "value": 1, "chat": site.chat, "hit": site.answer},
        forged | {"expect": EXPECT, "answer": site.answer, "chat": "", "id": 1, "uploads": [1]},
    ]
    with signed(site, "cora") as client:
        nothing_of_it(client.get("config").text)
        said = _walk(client, site, events)
    nothing_of_it(said, SECRET[:4], *site.hidden.values(), site.chunk, site.answer, site.chat, site.version, site.asked)
    left_to_ada(site)
    with signed(site, "ada") as client:  # who may see it does: the events arrive
        assert SECRET in _walk(client, site, opening[:1])
        seen = _walk(client, site, [{"answer": site.version}])
        assert "Another" in seen
    assert len([row for row in Library(site.owner).documents() if row.id in site.hidden.values()]) == 2


def left_to_ada(site: Peopled) -> None:
    """Nobody else changed which version of her answer counts, rated it, or took her waiting question."""
    with site.owner.connect() as connection:
        query = text('SELECT version, "current", feedback FROM answers WHERE id = :id')
        assert connection.execute(query, {"id": site.version}).one() == (2, True, 0)
        assert connection.scalar(text("SELECT count(*) FROM answers WHERE chat_id = :id"), {"id": site.chat}) == 2
        assert connection.scalar(text("SELECT id::text FROM unanswered_questions")) == site.asked


def _walk(client: httpx.Client, site: Peopled, events: list[dict[str, Any]]) -> str:
    """Send every event to every handler of the page; returns all that came back."""
    config = client.get("config").json()
    props = {one["id"]: one["props"].get("value", one["props"].get("default_value")) for one in config["components"]}
    kinds = {component["id"]: component["type"] for component in config["components"]}
    sent = 0
    for dependency in config["dependencies"]:
        for event in events if dependency.get("backend_fn", True) else ():
            body = {
                "data": [_value(kinds[one], props[one], site) for one in dependency["inputs"]],
                "event_data": event,
                "fn_index": dependency["id"],
                "trigger_id": dependency["targets"][0][0] if dependency["targets"] else None,
                "session_hash": "walk",
            }
            assert client.post("gradio_api/queue/join", json=body).is_success
            sent += 1
    said, ended = [], 0
    with client.stream("GET", "gradio_api/queue/data?session_hash=walk", timeout=90) as stream:
        for line in stream.iter_lines():
            said.append(line)
            ended += '"process_completed"' in line
            if ended == sent:
                break
    assert sent > 30
    return "\n".join(said)


def _value(kind: str, value: Any, site: Peopled) -> Any:
    if kind == "browserstate":
        return site.chat if isinstance(value, str) else value
    if kind == "textbox":
        return QUESTION
    return value


def test_gradios_own_endpoints_act_for_who_is_signed_in(site: Peopled) -> None:
    found = {}
    for name in ("cora", "dan", "ada"):
        with signed(site, name) as client:
            event = client.post("gradio_api/call/search", json={"data": [QUESTION] + [""] * 8}).json()["event_id"]
            found[name] = client.get(f"gradio_api/call/search/{event}").text
    nothing_of_it(found["cora"])
    assert "boats.txt" in found["cora"]
    assert "shared.txt" in found["dan"]
    assert "boats.txt" not in found["dan"]
    assert SECRET in found["ada"]


def test_a_key_acts_for_its_user_within_its_scope(site: Peopled) -> None:
    with keyed(site, "ben", "read") as reading, keyed(site, "ben", "write") as writing:
        file = {"files": {"file": ("new.txt", b"Oars.")}, "data": {"collection": "club"}}
        refused, taken = reading.post("/documents", **file), writing.post("/documents", **file)  # type: ignore[arg-type]
        assert (refused.status_code, refused.json()["error"]["type"]) == (403, "permission_error")
        assert taken.status_code == 202
        assert writing.delete(f"/uploads/{taken.json()['id']}").is_success
    answers = [
        httpx.get(f"{site.address}v1/collections", headers={"authorization": f"Bearer {key}"}).status_code
        for key in ("unused", "fm-wrong")
    ]
    assert answers == [401] * 2


def test_sessions_end_when_the_user_changes(site: Peopled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.sign_in._LOOK_SECONDS", 0.0)
    with signed(site, "dan") as client:
        assert client.get("config").is_success
        Users(site.owner).reset("dan", password=PASSWORD)
        assert client.get("config").status_code == 401
    told = [(row.actor, row.action) for row in Audit(site.owner).rows(actor="dan", limit=50)]
    assert ("dan", "signed in") in told
    client = httpx.Client(base_url=site.address, timeout=60)
    assert client.post("login", data={"username": "dan", "password": "wrong"}).status_code == 400
    assert Audit(site.owner).rows(action="failed", limit=1)[0].actor == "dan"


def test_a_trusted_proxy_names_the_user_and_nobody_else_does(site: Peopled, embedder: Embedder, data_dir: Path) -> None:
    header = {"user_header": "X-Forwarded-User", "data_dir": data_dir, "port": 0}
    people = opened(site.owner, signed_in)
    name = "X-Forwarded-User"
    sent: tuple[list[str], ...] = (["cora"], [], ["eve"], ["cora", "ada"])
    for proxies, statuses in (("127.0.0.1", [200, 401, 401, 401]), ("192.0.2.1", [401] * 4)):
        with _served(people.page, embedder, load_settings(**header, trusted_proxies=proxies)) as address:
            given: list[list[tuple[str, str]]] = [[(name, value) for value in values] for values in sent]
            assert [httpx.get(f"{address}config", headers=one).status_code for one in given] == statuses
            if proxies == "127.0.0.1":
                with httpx.Client(base_url=address, headers=given[0], timeout=60) as client:
                    event = client.post("gradio_api/call/search", json={"data": [QUESTION] + [""] * 8}).json()
                    found = client.get(f"gradio_api/call/search/{event['event_id']}").text
                assert "boats.txt" in nothing_of_it(found)
            assert httpx.get(f"{address}v1/collections").status_code == 401
    people.page.dispose()


def test_a_provider_signs_people_in_and_rights_hold(
    site: Peopled, embedder: Embedder, data_dir: Path, httpserver: HTTPServer
) -> None:
    provider = TestProvider(httpserver)
    people = opened(site.owner, signed_in)
    settings = load_settings(
        data_dir=data_dir, port=0, oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=OIDC_SECRET
    )
    with (
        _served(people.page, embedder, settings) as address,
        httpx.Client(base_url=address, timeout=60, follow_redirects=True) as client,
    ):
        assert client.get("config").status_code == 401
        assert client.get("/").is_success
        assert client.get("config").is_success
        event = client.post("gradio_api/call/search", json={"data": [QUESTION] + [""] * 8}).json()["event_id"]
        assert "boats.txt" in nothing_of_it(client.get(f"gradio_api/call/search/{event}").text)
        client.post("logout", follow_redirects=False)
        assert client.get("config").status_code == 401
        provider.person["email"] = "eve"
        assert client.get("/").status_code == 403
    told = [(row.actor, row.action) for row in Audit(site.owner).rows(limit=20)]
    assert {("cora", "signed in"), ("cora", "signed out"), ("eve", "failed to sign in")} <= set(told)
    people.page.dispose()


@pytest.mark.browser
def test_two_browsers_side_by_side(site: Peopled, chromium: "Browser") -> None:
    pages = {}
    for name in ("ben", "ada"):
        page = chromium.new_context().new_page()
        page.goto(site.address)
        page.get_by_label("username").fill(name)
        page.get_by_label("password").fill(PASSWORD)
        page.get_by_role("button", name="Login").click()
        page.locator(".fm-person span").get_by_text(name, exact=True).wait_for()
        pages[name] = page
    for page in pages.values():
        page.locator("#fm-question textarea").fill(QUESTION)
        page.keyboard.press("Enter")
    shown = {name: _sources(page) for name, page in pages.items()}
    assert "boats.txt" in shown["ben"]
    nothing_of_it(shown["ben"])
    assert SECRET in shown["ada"]
    nothing_of_it(pages["ben"].content())
    pages["ben"].get_by_role("button", name="Sign out").click()
    pages["ben"].get_by_label("username").wait_for()
    pages["ada"].reload()
    pages["ada"].locator(".fm-person").wait_for()


def _sources(page: "Page") -> str:
    page.locator("#fm-sources-area .fm-card").first.wait_for()
    page.locator("#fm-thread-area .fm-answer").first.wait_for()
    return page.locator("#fm-sources-area").inner_text()
