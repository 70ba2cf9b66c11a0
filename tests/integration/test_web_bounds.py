"""What a hostile, slow or endless site can do: redirects, the inner network, size, time and number of pages."""

import time
from typing import Any

import pytest
from sqlalchemy import Engine

from app.core.errors import AppError
from ingest.web.addresses import EVERY_NETWORK, Guard
from ingest.web.frontier import SiteOptions
from ingest.web.limits import WebLimits
from tests.support.web_reading import FAST, Read, stored
from tests.support.web_server import Page, WebServer, html, moved

# ------------------------------------------------------------------------------------------------------- redirects


def test_a_redirect_is_followed_within_the_site(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/docs": moved("/docs/"), "/docs/": html("Start.", "old"), "/docs/old": moved("new", 302),
                 "/docs/new": html("New.")}  # fmt: skip
    assert read("/docs").counts == {"new": 2}
    assert stored(database, web) == ["/docs/", "/docs/new"]
    web.log.clear()
    assert read("/docs").counts == {"unchanged": 2}
    assert web.requests(200) == []


def test_a_page_that_moved_for_good_is_gone_and_one_that_moved_for_now_stays(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages |= {"/a": moved("/c"), "/b": moved("/maintenance", 307), "/c": html("A, moved."),
                  "/maintenance": Page(status=503)}  # fmt: skip
    assert read(prune=True).counts == {"unchanged": 1, "new": 1, "removed": 1, "failed": 1}
    assert stored(database, web) == ["/", "/b", "/c", "/maintenance"]


def test_redirects_without_an_end_are_one_line(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "loop", "r0")}
    web.pages |= {"/loop": moved("/loop")} | {f"/r{n}": moved(f"/r{n + 1}") for n in range(20)}
    done = read()
    assert done.counts == {"new": 1, "failed": 2}
    assert len(web.requests()) < 12
    web.pages["/"] = moved("/r1")
    with pytest.raises(AppError, match="without an end"):
        read()


@pytest.mark.parametrize("target", ["http://127.0.0.2:{port}/secret", "http://169.254.169.254/latest", "http://[::1]/"])
def test_a_redirect_into_the_inner_network_is_not_followed(read: Read, web: WebServer, target: str) -> None:
    web.pages = {"/": html("Start.", "a", target.format(port=web.port)), "/a": moved(target.format(port=web.port))}
    done = read()
    assert done.counts == {"new": 1}
    assert "on other hosts" in done.notes
    web.pages["/"] = moved(target.format(port=web.port))
    with pytest.raises(AppError, match="leads to"):
        read()


# -------------------------------------------------------------------------------------------------- inner networks


def test_an_address_in_the_inner_network_is_refused_before_anything_is_sent(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Secret.")}
    with pytest.raises(AppError, match=r"inner network.*--allow-private"):
        read(guard=Guard())
    for host in ("localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0"):
        with pytest.raises(AppError, match=r"inner network|no host"):
            read(address=f"http://{host}:{web.port}/", guard=Guard())
    assert web.log == []


def test_a_name_that_changes_its_address_during_the_run_is_checked_for_each_connection(
    read: Read, web: WebServer
) -> None:
    answers = iter(["127.0.0.1"])
    checked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        checked.append(host)
        return [next(answers, "169.254.169.254")]

    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    for page in web.pages.values():
        page.headers = {"Connection": "close"}
    web.pages["/robots.txt"] = Page(body=b"", media_type="text/plain")
    done = read(address=f"http://site.test:{web.port}/", guard=Guard(EVERY_NETWORK, resolve_host=rebinding))
    assert done.counts == {"new": 1, "failed": 1}
    assert checked == ["site.test"] * 2
    (error,) = [result.message for result in done.results.values() if result.message]
    assert "site.test (169.254.169.254) is in an inner network" in error


def test_the_address_that_was_checked_is_the_one_connected_to(read: Read, web: WebServer) -> None:
    """The resolver is used once for a connection; a second answer never comes into play."""
    web.pages = {"/": html("Start.")}
    answers = iter(["127.0.0.1"])
    guard = Guard(EVERY_NETWORK, resolve_host=lambda _host, _port: [next(answers)])
    assert read(address=f"http://site.test:{web.port}/", guard=guard).counts == {"new": 1}


# ---------------------------------------------------------------------------------------------------------- bounds


def test_a_gzip_bomb_is_one_line(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "bomb"), "/bomb": Page(body=bytes(40 * 2**20), packed=True)}
    done = read()
    assert done.counts == {"new": 1, "failed": 1}
    assert "more than 200 times its size" in done.results[web.url("/bomb")].message


def test_a_page_past_the_size_limit_is_one_line(read: Read, web: WebServer) -> None:
    limits = WebLimits(delay_seconds=0, page_mib=1)
    announced, endless = Page(body=bytes(2 * 2**20)), Page(send=_endless)
    web.pages = {"/": html("Start.", "big", "endless"), "/big": announced, "/endless": endless}
    done = read(limits=limits)
    assert done.counts == {"new": 1, "failed": 2}
    for path in ("/big", "/endless"):
        assert "more than 1 MiB" in done.results[web.url(path)].message


def _endless(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/plain")
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(b"words and words " * 4096)


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_sends_byte_by_byte_is_given_up(read: Read, web: WebServer, part: str) -> None:
    def trickle(handler: Any) -> None:
        if part == "body":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 300\r\n\r\n")
        for _ in range(300):  # half a minute: a page that were read to its end would be stored
            handler.wfile.write(b"a")
            time.sleep(0.1)
        if part == "headers":
            handler.wfile.write(b": 1\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nwords")

    def send(handler: Any) -> None:
        try:
            if part == "headers":
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-")
            trickle(handler)
        except OSError:
            pass  # the reader has left

    web.pages = {"/": html("Start.", "slow"), "/slow": Page(send=send)}
    done = read(limits=WebLimits(delay_seconds=0, page_seconds=1))
    assert done.counts == {"new": 1, "failed": 1}
    assert "longer than 1 seconds" in done.results[web.url("/slow")].message


def test_endless_pages_stop_at_the_page_limit_and_the_rest_is_named(read: Read, web: WebServer) -> None:
    web.pages = {f"/{n}": html(f"Page {n}.", *(f"/{n}{digit}" for digit in range(5))) for n in _numbers(3)}
    done = read("/1", site=SiteOptions(depth=20, any_path=True), limits=WebLimits(delay_seconds=0, pages=7))
    assert sum(done.counts.values()) == 7
    assert "Stopped early: 7 pages (FOREMOST_WEB_PAGES). At least" in done.notes


def _numbers(digits: int) -> list[str]:
    names = ["1"]
    for _ in range(digits):
        names += [f"{name}{digit}" for name in names for digit in range(5)]
    return list(dict.fromkeys(names))


def test_time_and_bytes_of_a_site_are_bounded(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", head=f"<!-- {'word ' * 300_000} -->"), "/a": html("A.")}
    assert "1 MiB (FOREMOST_WEB_MIB)" in read(limits=WebLimits(delay_seconds=0, mib=1)).notes
    assert "0 seconds (FOREMOST_WEB_SECONDS)" in read(limits=WebLimits(delay_seconds=0, seconds=0)).notes


def test_variants_of_one_page_are_bounded_and_counted(
    read: Read, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.web.frontier._MOST_VARIANTS", 3)
    web.pages = {"/": html("Start.", *(f"/calendar?month={n}" for n in range(9)), "/x/x/x/x/x")}
    web.pages |= {f"/calendar?month={n}": html(f"Month {n}.") for n in range(9)}
    done = read()
    assert done.counts == {"new": 4}
    assert "7 variants of one page or endless paths" in done.notes


def test_a_site_that_fails_again_and_again_is_left_alone(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", *(f"/{n}" for n in range(20)))} | {f"/{n}": Page(status=500) for n in range(20)}
    waits: list[float] = []
    done = read(limits=FAST, sleep=waits.append)
    assert done.counts == {"new": 1, "failed": 5}
    assert "5 pages in a row could not be read. At least 15 pages" in done.notes
