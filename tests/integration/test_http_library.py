"""The routes for documents, search and answers over the running server, and the file that holds the key."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from app.core.errors import SettingsError
from app.core.settings import Settings
from app.http.key import new_key, read_key
from tests.support.site import KEY, OPENING, Site, running_site


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    with running_site(database, make_settings(port=0, max_file_mib=1)) as running:
        yield running


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=f"{site.address}v1", headers=headers, timeout=30) as made:
        yield made


def test_documents_are_listed_opened_and_deleted(client: httpx.Client, site: Site) -> None:
    listed = client.get("/documents", params={"collection": "club", "limit": 2}).json()
    named = client.get("/documents", params={"name": "BOATS"}).json()["data"]
    number = site.shelf.ids["handbook.pdf"]
    one = client.get(f"/documents/{number}").json()

    assert (len(listed["data"]), listed["has_more"]) == (2, True)
    assert (listed["data"][0]["status"], listed["data"][0]["name"]) == ("failed", "locked.pdf")
    assert [row["name"] for row in named] == ["boats.md"]
    assert (one["parts"], one["part_kind"], one["passages"], one["object"]) == (2, "page", 4, "document")
    assert "yearly fee" in client.get(f"/documents/{number}/text").json()["text"]
    content = client.get(f"/documents/{number}/content")
    assert content.content.startswith(b"%PDF")
    assert "handbook.pdf" in content.headers["content-disposition"]
    assert client.get("/collections").json()["data"] == [
        {"name": "attic", "documents": 0},
        {"name": "club", "documents": 3},
    ]
    assert client.delete(f"/documents/{number}").json() == {"id": number, "object": "document", "deleted": True}
    gone = client.get(f"/documents/{number}")
    assert (gone.status_code, gone.json()["error"]["type"]) == (404, "not_found_error")
    assert client.delete(f"/documents/{number}").status_code == 404


def test_an_upload_waits_in_the_queue_until_the_worker_stores_it(client: httpx.Client, site: Site) -> None:
    sent = client.post("/documents", files={"file": ("../notes.txt", b"Oars are blue.")}, data={"collection": "new"})
    plain = client.post("/documents", files={"file": ("more.txt", b"x")}).json()

    upload = sent.json()
    assert sent.status_code == 202
    assert (upload["name"], upload["collection"], upload["status"]) == ("notes.txt", "new", "queued")
    assert plain["collection"] == "default"
    assert client.get(f"/uploads/{upload['id']}").json()["bytes"] == 14
    assert site.services.library.upload_row(upload["id"]).pending
    assert client.delete(f"/uploads/{upload['id']}").json()["deleted"] is True
    gone = client.get(f"/uploads/{upload['id']}")
    assert gone.status_code == 404
    assert "it is stored or was deleted" in gone.json()["error"]["message"]


@pytest.mark.parametrize("size", [2**20 + 1, 3 * 2**20])
def test_a_file_over_the_limit_is_refused(client: httpx.Client, site: Site, size: int) -> None:
    refused = client.post("/documents", files={"file": ("big.bin", bytes(size))})

    assert refused.status_code in (400, 413)
    assert "MiB" in refused.json()["error"]["message"]
    assert all(not row.upload for row in site.services.library.documents())


def test_a_number_that_is_none_is_refused_in_one_line(client: httpx.Client) -> None:
    for path in ("/documents/seven", "/documents/99999999999999999999", "/answers?limit=0", "/documents?limit=x"):
        refused = client.get(path)
        assert refused.status_code in (400, 404), path
        assert "\n" not in refused.json()["error"]["message"]


def test_search_gives_every_candidate_with_its_ranks(client: httpx.Client, site: Site) -> None:
    found = client.post("/search", json={"query": "hole in the hull"}).json()
    few = client.post("/search", json={"query": "hole in the hull", "limit": 2, "collection": "club"}).json()
    nowhere = client.post("/search", json={"query": "hole", "collection": "nowhere"})

    assert len(found["candidates"]) == len(site.shelf.hits)
    assert found["candidates"][0]["heading"] == "Repairs"
    assert few["candidates"] == found["candidates"][:2]
    assert nowhere.status_code == 404
    assert "There is no collection nowhere" in nowhere.json()["error"]["message"]


def test_an_answer_is_whole_kept_and_explained(client: httpx.Client) -> None:
    answer = client.post("/ask", json={"question": OPENING, "collection": "club"}).json()
    kept = client.get(f"/answers/{answer['id']}").json()
    why = client.post(f"/answers/{answer['id'][:8]}/why", json={"expect": "Small scratches are noted"})

    assert answer["outcome"] == "answered"
    assert answer["verdict"]["state"] == "partly supported"
    assert answer["chat"] is None
    assert len(answer["candidates"]) == 7
    assert {name: kept[name] for name in ("answer", "verdict", "sources")} == {
        name: answer[name] for name in ("answer", "verdict", "sources")
    }
    assert [row["id"] for row in client.get("/answers").json()["data"]] == [answer["id"]]
    assert why.status_code == 200
    assert why.json()["loss"]
    assert client.get("/answers/last").json()["id"] == answer["id"]
    assert client.get("/answers/0000").status_code == 404


def test_a_chat_goes_on_over_several_requests(client: httpx.Client, site: Site) -> None:
    first = client.post("/ask", json={"question": OPENING, "chat": "new"}).json()
    second = client.post("/ask", json={"question": "And the licence?", "chat": first["chat"]}).json()
    unknown = client.post("/ask", json={"question": "And?", "chat": "0f0e0d0c-0000-4000-8000-000000000000"})

    assert second["standalone_question"] == f"{OPENING} the licence?"
    assert [answer.id for answer in site.services.ledger.chat_answers(first["chat"])] == [first["id"], second["id"]]
    assert unknown.status_code == 404


def test_steps_are_lines_and_the_last_is_the_answer_or_the_problem(client: httpx.Client) -> None:
    def lines(body: dict[str, object]) -> list[dict[str, object]]:
        with client.stream("POST", "/ask", json=body | {"stream": True}) as response:
            return [json.loads(line) for line in response.iter_lines()]

    steps = lines({"question": OPENING})
    stages = [step["stage"] for step in steps if step["event"] == "stage"]
    assert stages == ["rewrite", "retrieve", "rerank", "pack", "generate", "cite"]
    assert (steps[-1]["event"], steps[-1]["outcome"]) == ("answer", "answered")
    wrong = lines({"question": OPENING, "collection": "nowhere"})
    assert wrong[-1]["event"] == "error"
    assert "nowhere" in str(wrong[-1]["error"])


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = read_key(folder)
    file = next(folder.iterdir())

    assert len(first) > 40
    assert read_key(folder) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert read_key(folder) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    second = new_key(folder)
    assert second != first
    assert read_key(folder) == second
    assert list(folder.iterdir()) == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("", "ascii")
    with pytest.raises(SettingsError, match="is empty"):
        read_key(folder)
