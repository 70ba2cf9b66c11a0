"""Doors shut: names, origins, proxies, sign-in, sessions, half-sent requests, errors of users."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import Engine

from app.core.errors import SettingsError
from app.core.settings import Settings
from app.web.serve import start
from tests.support.proxy import tls_proxy
from tests.support.site import OPENING, Site, running_site

Make = Callable[..., Settings]
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  # what the tests are about
LOGIN = {"login_user": "ada", "login_password": "long enough"}


@pytest.fixture
def open_site(database: Engine, make_settings: Make) -> Iterator[Callable[..., Site]]:
    """Start the page with settings of the test."""
    running = []

    @contextmanager
    def opened(**settings: object) -> Iterator[Site]:
        with running_site(database, make_settings(**({"port": 0} | settings))) as site:
            yield site

    def start_site(**settings: object) -> Site:
        context = opened(**settings)
        running.append(context)
        return context.__enter__()

    yield start_site
    for context in running:
        context.__exit__(None, None, None)


def _sign_in(client: httpx.Client, password: str = LOGIN["login_password"]) -> httpx.Response:
    return client.post("login", data={"username": "ada", "password": password})


def test_every_bind_address_answers_to_the_names_of_this_machine_only(open_site: Callable[..., Site]) -> None:
    site = open_site(host=EVERY_ADDRESS, open=True, allowed_hosts="docs.example, Other.Example:443")
    statuses = {
        name: httpx.get(site.address, headers={"host": name}).status_code
        for name in ("localhost:1", "127.0.0.1", "[::1]:80", "docs.example", "DOCS.example:8443", "other.example",
                     "evil.example", "docs.example.evil.example", EVERY_ADDRESS, "")
    }  # fmt: skip

    assert [name for name, status in statuses.items() if status == 200] == [
        "localhost:1", "127.0.0.1", "[::1]:80", "docs.example", "DOCS.example:8443", "other.example",
    ]  # fmt: skip


@pytest.mark.parametrize("host", [EVERY_ADDRESS, "::", "192.0.2.7"])
def test_a_page_for_other_machines_needs_a_login(host: str, make_settings: Make, site_services: Site) -> None:
    with pytest.raises(SettingsError, match=rf"open to everyone who reaches {host}.*FOREMOST_OPEN=1") as caught:
        start(site_services.services, make_settings(port=0, host=host))
    assert "\n" not in str(caught.value)


@pytest.fixture
def site_services(open_site: Callable[..., Site]) -> Site:
    return open_site()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://localhost.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
    ],
)
def test_no_other_web_site_uploads_asks_or_reads(headers: dict[str, str], site_services: Site) -> None:
    with httpx.Client(base_url=site_services.address, headers=headers) as client:
        answers = (
            client.post("gradio_api/upload", files={"files": ("a.txt", b"x")}),
            client.post("gradio_api/call/ask", json={"data": [OPENING]}),
            client.post("gradio_api/queue/join", json={"data": [], "fn_index": 0, "session_hash": "x"}),
            client.post("gradio_api/mcp/", json={}),
            client.get("config"),
        )
    assert [answer.status_code for answer in answers] == [403] * 5
    assert site_services.services.ledger.history() == ()


def test_the_page_itself_and_programs_may_upload_and_ask(site_services: Site) -> None:
    own = urlsplit(site_services.address)
    with httpx.Client(base_url=site_services.address) as client:
        for headers in ({"origin": f"http://{own.netloc}", "sec-fetch-site": "same-origin"}, {}):
            assert client.post("gradio_api/upload", files={"files": ("a.txt", b"x")}, headers=headers).is_success
            event = client.post("gradio_api/call/ask", json={"data": [OPENING, "club"] + [""] * 7}, headers=headers)
            assert event.is_success
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert client.get("", headers=link).is_success


def test_uploads_that_nobody_used_do_not_outlive_the_page(
    database: Engine, make_settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with running_site(database, make_settings(port=0)) as site:
        sent = httpx.post(f"{site.address}gradio_api/upload", files={"files": ("secret.txt", b"words")})
        file = Path(sent.json()[0])
        assert file.read_bytes() == b"words"
    assert not file.exists()


def test_forwarded_headers_of_strangers_change_nothing(open_site: Callable[..., Site]) -> None:
    site = open_site(allowed_hosts="docs.example")
    forged = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "x-gradio-server": "https://evil.example/",
        "forwarded": "host=evil.example",
    }
    page = httpx.get(site.address, headers=forged).text
    assert "evil.example" not in page
    forged["host"] = "evil.example"
    assert httpx.get(site.address, headers=forged | {"x-forwarded-host": "docs.example"}).status_code == 400


def test_a_tls_proxy_with_a_path_prefix_serves_the_whole_page(open_site: Callable[..., Site]) -> None:
    site = open_site(**LOGIN, allowed_hosts="docs.example", trusted_proxies="127.0.0.1", root_path="/docs")
    for strips in (True, False):
        with (
            tls_proxy(site.address, prefix="/docs", strips=strips) as (address, trust),
            httpx.Client(base_url=f"{address}/docs/", verify=trust, headers={"host": "docs.example"}) as client,
        ):
            assert "docs.example/docs" in client.get("").text
            assert client.get("config").status_code == 401
            origin = {"origin": "https://docs.example"}
            assert client.post("login", data={"username": "ada", "password": "long enough"}, headers=origin).is_success
            config = client.get("config").json()
            assert config["root"] == "https://docs.example/docs"
            asked = client.post(
                "gradio_api/call/ask", json={"data": [OPENING, "club"] + [""] * 7}, headers=origin
            ).json()
            events = client.get(f"gradio_api/call/ask/{asked['event_id']}").text
            assert "event: complete" in events
            assert client.post("gradio_api/upload", files={"files": ("a.txt", b"x")}).is_success
            foreign = {"origin": "https://evil.example"}
            assert client.post("gradio_api/upload", files={"files": ("a", b"x")}, headers=foreign).status_code == 403


def test_before_the_sign_in_nothing_but_the_form_is_open(open_site: Callable[..., Site]) -> None:
    site = open_site(**LOGIN)
    with httpx.Client(base_url=site.address) as client:
        assert client.get("").is_success
        for path in ("info", "openapi.json", "token", "mcp/schema", "file=/etc/passwd", "queue/data?session_hash=x",
                     "heartbeat/x", "stream/x/1/2/playlist.m3u8", "upload_progress"):  # fmt: skip
            assert client.get(f"gradio_api/{path}").status_code == 401, path
        for path in ("upload", "call/ask", "queue/join", "cancel", "reset", "mcp/", "run/ask", "stream/x"):
            assert client.post(f"gradio_api/{path}", json={}).status_code == 401, path
        assert _sign_in(client).is_success
        assert client.get("gradio_api/info").is_success


def test_failed_attempts_are_slowed_locked_and_logged(
    open_site: Callable[..., Site], caplog: pytest.LogCaptureFixture
) -> None:
    site = open_site(**LOGIN, trusted_proxies="127.0.0.1")
    seconds = []
    with httpx.Client(base_url=site.address, timeout=30) as client:
        for attempt in range(5):
            started = time.monotonic()
            assert _sign_in(client, f"wrong {attempt}").status_code == 400
            seconds.append(time.monotonic() - started)
        refused = _sign_in(client)
        assert (refused.status_code, int(refused.headers["retry-after"]) > 600) == (429, True)
        elsewhere = client.post(
            "login", data={"username": "ada", "password": "long enough"}, headers={"x-forwarded-for": "203.0.113.9"}
        )
        assert elsewhere.is_success
    assert seconds[4] > seconds[0]
    assert seconds[4] >= 4.0
    lines = [record.getMessage() for record in caplog.records if record.name == "foremost.sign_in"]
    assert lines[:5] == ["Sign-in of 'ada' from 127.0.0.1 failed"] * 5
    assert "locked" in lines[5]
    assert lines[6] == "'ada' signed in from 203.0.113.9"
    assert not any("wrong" in line or "long enough" in line for line in lines)


def test_signing_out_is_a_post_for_one_session_or_all(open_site: Callable[..., Site]) -> None:
    site = open_site(**LOGIN)
    clients = [httpx.Client(base_url=site.address) for _ in range(3)]
    for client in clients:
        assert _sign_in(client).is_success
        assert not any("samesite=none" in value.lower() for value in client.get("").headers.get_list("set-cookie"))
    first, second, third = clients
    tokens = dict(first.cookies)
    assert first.get("logout").status_code == 405
    assert first.get("config").is_success
    assert first.post("logout", headers={"origin": "https://evil.example"}).status_code == 403
    assert first.post("logout").status_code == 303
    assert httpx.get(f"{site.address}config", cookies=tokens).status_code == 401
    assert second.get("config").is_success
    assert second.post("logout?all=1").status_code == 303
    assert third.get("config").status_code == 401
    for client in clients:
        client.close()


def _drip(connection: socket.socket, *, seconds: float) -> None:
    connection.sendall(b"GET / HT")
    for _ in range(int(10 * seconds)):
        connection.sendall(b"T")
        time.sleep(0.1)


def test_a_head_or_body_that_stops_halfway_is_not_waited_for(open_site: Callable[..., Site]) -> None:
    site = open_site(request_seconds=1)
    port = urlsplit(site.address).port
    assert port is not None
    halves = (
        b"",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
    )
    for half in halves:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(half)
            started = time.monotonic()
            received = b"".join(iter(lambda: connection.recv(4096), b""))
            assert time.monotonic() - started < 8
            assert b"200 OK" not in received
    slow = socket.create_connection(("127.0.0.1", port), timeout=10)
    with slow, pytest.raises(OSError, match=r"reset|[Bb]roken pipe|closed"):
        _drip(slow, seconds=4)  # more bytes of the same head do not prolong it
    assert httpx.get(site.address).is_success


def test_an_error_of_a_user_is_one_line_in_the_log(
    site_services: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with httpx.Client(base_url=site_services.address) as client, caplog.at_level(logging.INFO, "foremost"):
        asked = client.post("gradio_api/call/ask", json={"data": [OPENING, "nowhere"] + [""] * 7}).json()
        events = client.get(f"gradio_api/call/ask/{asked['event_id']}").text
    assert "event: error" in events
    lines = [record.getMessage() for record in caplog.records if record.name == "foremost.problems"]
    assert len(lines) == 1
    assert "There is no collection nowhere" in lines[0]
    assert "Traceback" not in capfd.readouterr().err


def test_no_request_makes_the_server_fetch_an_address(site_services: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []

    async def fetch(url: str, **_: object) -> httpx.Response:
        fetched.append(url)
        return httpx.Response(200, content=b"from elsewhere")

    monkeypatch.setattr("gradio.processing_utils.sh.get", fetch)
    url = "https://elsewhere.example/secret.txt"
    file = {"path": url, "url": url, "orig_name": "secret.txt", "meta": {"_type": "gradio.FileData"}}
    with httpx.Client(base_url=site_services.address, timeout=30) as client:
        config = client.get("config").json()
        takes_files = {part["id"] for part in config["components"] if part["type"] in ("file", "uploadbutton")}
        uploads = [event for event in config["dependencies"] if takes_files & set(event["inputs"])]
        assert uploads
        for event in uploads:
            values = [[file] if part in takes_files else "x" for part in event["inputs"]]
            body = {"data": values, "fn_index": event["id"], "session_hash": "bait"}
            assert client.post("gradio_api/queue/join", json=body).is_success
            assert "not fetched from an address" in client.get("gradio_api/queue/data?session_hash=bait").text
        client.get(f"gradio_api/file={url}")
        client.get(f"gradio_api/proxy={url}")
    assert fetched == []
