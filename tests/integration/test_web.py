"""A web site is a source like a folder: read once, checked by conditions, changed, gone, and bounded in every way.

Every server is on 127.0.0.1.
"""

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.domain import CHUNKER_VERSION
from app.core.errors import AppError, SettingsError
from app.core.models.embedding import Embedder
from ingest.ignore_rules import spec
from ingest.load.limits import Limits
from ingest.pipeline import Ingester, Result
from ingest.remote.run import RemoteOptions, RemoteRun
from ingest.store import Store
from ingest.web.addresses import EVERY_NETWORK, Guard
from ingest.web.fetch import Fetcher
from ingest.web.frontier import SiteOptions
from ingest.web.limits import WebLimits
from ingest.web.outline import Outlines
from ingest.web.site import WebSite
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder
from tests.support.web_server import Page, WebServer, html, moved, sitemap, web_server

FAST = WebLimits(delay_seconds=0, page_seconds=5)
PLAIN = SiteOptions()


class Recorder:
    """Keeps the results it receives."""

    def __init__(self) -> None:
        self.results: dict[str, Result] = {}

    def progress(self, done: int, total: int, name: str) -> None: ...

    def finished(self, uri: str, result: Result) -> None:
        self.results[uri] = result


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture(scope="session")
def outlines() -> Iterator[Outlines]:
    with closing(Outlines(Limits())) as shared:
        yield shared


class Reading:
    """One run over a site: its counts by outcome, results by path, and notes."""

    def __init__(self, run: RemoteRun, site: WebSite, recorder: Recorder) -> None:
        self.run = run
        self.counts = {str(key): count for key, count in run.execute().items() if count}
        self.results = recorder.results
        self.notes = " ".join(site.notes())


Read = Callable[..., Reading]


@pytest.fixture
def read(database: Engine, web: WebServer, outlines: Outlines) -> Iterator[Read]:
    """Run over the test's site; keyword arguments are options of the run, the site and its limits."""
    fetchers: list[Fetcher] = []

    def go(
        path: str = "/",
        *,
        guard: Guard | None = None,
        make_embedder: Callable[[], Embedder] = FakeEmbedder,
        limits: WebLimits = FAST,
        site: SiteOptions = PLAIN,
        address: str = "",
        sleep: Callable[[float], None] = lambda _: None,
        **options: Any,
    ) -> Reading:
        fetcher = Fetcher(guard or Guard(EVERY_NETWORK), limits, sleep=sleep)
        fetchers.append(fetcher)
        url = address or web.url(path)
        pages = WebSite(url, fetcher=fetcher, outline=outlines.of, options=site, limits=limits)
        ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=make_embedder)
        recorder = Recorder()
        run = RemoteRun(database, ingester, recorder, pages, name=url, collection="c", options=RemoteOptions(**options))
        return Reading(run, pages, recorder)

    yield go
    for fetcher in fetchers:
        fetcher.close()


def rows(database: Engine, query: str, /, **values: object) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def stored(database: Engine, web: WebServer) -> list[str]:
    """Paths of the stored documents."""
    found = rows(database, "SELECT source_uri FROM documents WHERE container_id IS NULL ORDER BY source_uri")
    return [row[0].removeprefix(web.url("")) for row in found]


def no_model() -> Embedder:
    pytest.fail("the embedding model was made")


# ------------------------------------------------------------------------------------------------- once, twice, changed


def test_a_site_goes_in_and_a_second_run_reads_nothing(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {
        "/robots.txt": Page(body=b"User-agent: *\nDisallow:", media_type="text/plain"),
        "/docs/": html("The harbour opens at six.", "a.html", "b.html?utm_source=x#part", "/other/"),
        "/docs/a.html": html("Ferries sail hourly.", "c.html", "/docs/"),
        "/docs/b.html": html("Tickets cost four euros."),
        "/docs/c.html": html("Bicycles travel free.", "d.html"),
        "/docs/d.html": html("Too far away."),
        "/other/": html("Another part of the site."),
    }
    first = read("/docs/")
    assert first.counts == {"new": 4}
    assert stored(database, web) == ["/docs/", "/docs/a.html", "/docs/b.html", "/docs/c.html"]
    assert "1 outside the given path (--any-path); 1 further away (--depth)" in first.notes
    web.log.clear()
    again = read("/docs/", make_embedder=no_model)
    assert again.counts == {"unchanged": 4}
    assert again.notes.startswith("0 pages read, 4 unchanged; 0.0 MiB received.")
    assert {status for _, status in web.log} == {304}  # not even robots.txt is sent again


def test_a_changed_page_replaces_its_document_and_only_it_is_read(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("Old words.")}
    read()
    web.pages["/a"] = html("New words.")
    web.log.clear()
    assert read().counts == {"unchanged": 1, "changed": 1}
    assert web.requests(200) == ["/a"]
    assert rows(database, "SELECT text FROM documents WHERE source_uri = :uri", uri=web.url("/a")) == [
        ("# New words\n\nNew words.",)
    ]


def test_a_server_without_validators_is_compared_by_content(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Always the same.")}
    web.pages["/"].validators = False
    read()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 1}
    assert web.requests(200) == ["/", "/"]


def test_a_page_that_differs_only_in_a_token_is_unchanged(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Always the same.", head='<meta name="csrf" content="1">')}
    read()
    web.pages["/"] = html("Always the same.", head='<meta name="csrf" content="2">')
    assert read(make_embedder=no_model).counts == {"unchanged": 1}
    web.log.clear()
    assert read(make_embedder=no_model).counts == {"unchanged": 1}
    assert web.requests() == web.requests(304) == ["/"]  # the new ETag was kept


def test_last_modified_alone_is_enough(read: Read, database: Engine, web: WebServer) -> None:
    stamp = "Tue, 05 Mar 2024 10:00:00 GMT"
    web.pages = {"/": html("Dated.")}
    web.pages["/"].validators = False
    web.pages["/"].headers = {"Last-Modified": stamp}
    read()
    assert rows(database, "SELECT modified_at FROM documents")[0][0].isoformat().startswith("2024-03-05T10:00:00")
    assert rows(database, "SELECT revision->>'modified' FROM remote_items WHERE sha256 IS NOT NULL") == [(stamp,)]


def test_checksum_reads_everything_again(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("Words.")}
    read()
    web.log.clear()
    assert read(checksum=True).counts == {"unchanged": 2}
    assert web.requests(200) == ["/", "/a"]


def test_a_document_that_was_deleted_is_read_again(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("Words.")}
    read()
    with database.begin() as connection:
        connection.execute(text("DELETE FROM documents WHERE source_uri = :uri"), {"uri": web.url("/a")})
    assert read().counts == {"unchanged": 1, "new": 1}


def test_a_document_of_an_older_chunker_is_read_again(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.")}
    read()
    with database.begin() as connection:
        connection.execute(text("UPDATE documents SET chunker_version = '1'"))
    assert read().counts == {"changed": 1}


def test_a_dry_run_names_what_would_happen_and_writes_nothing(
    read: Read, database: Engine, web: WebServer, outlines: Outlines
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages = {
        "/": html("Start.", "a", "c", "d"),
        "/a": html("A, changed."),
        "/c": html("C."),
        "/d": Page(status=403),
    }
    before = rows(database, "SELECT * FROM documents ORDER BY id"), rows(database, "SELECT * FROM remote_items")
    with closing(Fetcher(Guard(EVERY_NETWORK), FAST)) as fetcher:
        site = WebSite(web.url(), fetcher=fetcher, outline=outlines.of, options=SiteOptions(), limits=FAST)
        ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=no_model)
        run = RemoteRun(
            database, ingester, Recorder(), site, name="x", collection="c", options=RemoteOptions(prune=True)
        )
        seen = {uri.removeprefix(web.url("")): str(result.outcome) for uri, result in run.preview()}
    assert seen == {"/": "unchanged", "/a": "changed", "/c": "new", "/d": "failed", "/b": "removed"} | {"/": "changed"}
    assert (
        rows(database, "SELECT * FROM documents ORDER BY id"),
        rows(database, "SELECT * FROM remote_items"),
    ) == before


# ----------------------------------------------------------------------------------------------------------- gone


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_told_and_removed_by_prune(
    read: Read, database: Engine, web: WebServer, status: int
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages["/b"] = Page(status=status)
    kept = read()
    assert (kept.counts, kept.run.gone) == ({"unchanged": 2}, 1)
    assert stored(database, web) == ["/", "/a", "/b"]
    assert read(prune=True).counts == {"unchanged": 2, "removed": 1}
    assert stored(database, web) == ["/", "/a"]
    assert rows(database, "SELECT count(*) FROM chunks c LEFT JOIN documents d ON d.id = document_id WHERE d.id IS NULL"
                ) == [(0,)]  # fmt: skip


def test_a_page_that_nothing_links_to_any_more_is_kept_while_it_is_there(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages["/"] = html("Start, without links.")
    web.pages["/a"] = html("A, changed.")
    assert read(prune=True).counts == {"changed": 2, "unchanged": 1}
    del web.pages["/b"]
    assert read(prune=True).counts == {"unchanged": 2, "removed": 1}


def test_pages_beyond_a_smaller_depth_are_still_kept_up_to_date(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.", "b"), "/b": html("B.", "c"), "/c": html("C.")}
    read(site=SiteOptions(depth=3))
    assert len(stored(database, web)) == 4
    assert read(site=SiteOptions(depth=0), prune=True).counts == {"unchanged": 4}


def test_prune_refuses_to_empty_a_site_without_force(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages = {}
    with pytest.raises(SettingsError, match=r"2 documents of it are stored.*--force"):
        read(prune=True)
    assert len(stored(database, web)) == 2
    assert read(prune=True, force=True).counts == {"removed": 2}
    assert stored(database, web) == []


def test_a_site_that_is_down_loses_nothing(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages = {path: Page(status=503) for path in ("/", "/a")}
    with pytest.raises(AppError, match="fails or is busy"):
        read(prune=True, force=True)
    assert len(stored(database, web)) == 2


def test_an_address_without_a_page_is_an_error(read: Read) -> None:
    with pytest.raises(AppError, match=r"There is nothing at .*/nothing: The server answers 404"):
        read("/nothing")


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


# ---------------------------------------------------------------------------------------------- the wishes of a site


def test_robots_txt_is_obeyed_by_name_pattern_and_longest_rule(read: Read, database: Engine, web: WebServer) -> None:
    rules = (
        "User-agent: other\nDisallow: /\n\nUser-agent: foremost\nDisallow: /private/\nAllow: /private/open\n"
        "Disallow: /*.txt$\nCrawl-delay: 3\n"
    )
    web.pages = {
        "/robots.txt": Page(body=rules.encode(), media_type="text/plain"),
        "/": html("Start.", "/private/a", "/private/open", "/notes.txt", "/notes.txt?full"),
        "/private/a": html("Private."), "/private/open": html("Open."),
        "/notes.txt": Page(body=b"Notes.", media_type="text/plain"),
        "/notes.txt?full": Page(body=b"All notes.", media_type="text/plain"),
    }  # fmt: skip
    waits: list[float] = []
    done = read(sleep=waits.append)
    assert stored(database, web) == ["/", "/notes.txt?full", "/private/open"]
    assert "2 disallowed by robots.txt" in done.notes
    assert max(waits) > 2.5
    assert {agent.partition("/")[0] for agent in web.agents} == {"foremost"}


def test_a_stored_page_that_robots_txt_now_disallows_is_neither_requested_nor_removed(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /a", media_type="text/plain")
    web.log.clear()
    assert read(prune=True).counts == {"unchanged": 1}
    assert web.requests() == ["/"]
    assert stored(database, web) == ["/", "/a"]


def test_a_site_whose_rules_forbid_or_fail_is_not_read(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start."), "/robots.txt": Page(body=b"User-agent: *\nDisallow: /")}
    with pytest.raises(AppError, match=r"robots.txt of .* does not allow"):
        read()
    web.pages["/robots.txt"] = Page(status=500)
    with pytest.raises(AppError, match=r"fails to send .*/robots.txt"):
        read()
    assert web.requests() == []
    web.pages["/robots.txt"] = Page(status=403)  # a site without rules, by RFC 9309
    assert read().counts == {"new": 1}


def test_noindex_and_nofollow_are_respected_and_counted(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {
        "/": html("Start.", "hidden", "header", "closed"),
        "/hidden": html("Not to be stored.", "behind", head='<meta name="ROBOTS" content="NoIndex">'),
        "/header": html("Nor this."),
        "/closed": html("Stored.", "unreachable", head='<meta name="foremost" content="nofollow">'),
        "/behind": html("Behind."),
        "/unreachable": html("Never."),
    }
    web.pages["/header"].headers = {"X-Robots-Tag": "otherbot: nofollow, foremost: noindex"}
    done = read()
    assert stored(database, web) == ["/", "/behind", "/closed"]
    assert "2 that ask not to be stored (noindex)" in done.notes
    web.log.clear()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 3}
    assert (web.requests(200), len(web.requests(304))) == ([], 5)
    assert "2 that ask not to be stored (noindex)" in again.notes


def test_a_stored_page_that_asks_not_to_be_stored_any_more_is_removed_by_prune(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages["/a"] = html("A.", head='<meta name="robots" content="none">')
    assert read().run.gone == 1
    assert read(prune=True).counts == {"unchanged": 1, "removed": 1}
    web.log.clear()
    assert read(prune=True).counts == {"unchanged": 1}
    assert web.requests(200) == []
    web.pages["/a"] = html("A.")
    assert read().counts == {"unchanged": 1, "new": 1}


def test_links_marked_nofollow_and_of_other_schemes_are_not_followed(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "mailto:a@b.c", "javascript:void(0)", "tel:1", "http://me:secret@127.0.0.1/x")}
    web.pages["/"].body += b'<a rel="external nofollow" href="/ad">ad</a><a href="/ok">ok</a>'
    web.pages |= {"/ad": html("Ad."), "/ok": html("Ok.")}
    done = read()
    assert stored(database, web) == ["/", "/ok"]
    assert "1 with a password or unreadable" in done.notes


# ------------------------------------------------------------------------------------------------------- one page, once


def canonical(target: str) -> str:
    return f'<link rel="canonical" href="{target}">'


def test_copies_of_a_page_are_stored_under_its_own_address_only(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a?print=1", "a", "b?x=1", "c?sort=up")}
    web.pages |= {
        "/a": html("Ferries sail hourly.", head=canonical("/a")),
        "/a?print=1": html("Ferries sail hourly. Printed.", head=canonical("/a")),
        "/b?x=1": html("Bicycles travel free.", head=canonical("/b")),
        "/b": html("Bicycles travel free."),
        "/c?sort=up": html("Only here.", head=canonical("/gone")),
    }
    done = read()
    assert stored(database, web) == ["/", "/a", "/b", "/c?sort=up"]
    assert "2 duplicates" in done.notes
    web.log.clear()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 4}
    assert "2 duplicates" in again.notes
    assert web.requests(200) == []


def test_a_copy_becomes_a_document_when_its_original_is_gone(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a?print=1"), "/a": html("Ferries."),
                 "/a?print=1": html("Ferries, printed.", head=canonical("/a"))}  # fmt: skip
    read()
    assert stored(database, web) == ["/", "/a"]
    del web.pages["/a"]
    assert read(prune=True).counts == {"unchanged": 1, "new": 1, "removed": 1}
    assert stored(database, web) == ["/", "/a?print=1"]


def test_a_home_page_that_all_pages_name_as_theirs_is_a_mistake(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    for path in ("/a", "/b"):
        web.pages[path] = html(f"Page {path}.", head=canonical("/"))
    read()
    assert stored(database, web) == ["/", "/a", "/b"]


def test_two_pages_that_name_each_other_are_one_document(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A.", head=canonical("/b")),
                 "/b": html("B.", head=canonical("/a"))}  # fmt: skip
    read()
    assert stored(database, web) == ["/", "/b"]


def test_the_same_text_under_two_addresses_is_stored_once(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/docs/": html("Start.", "index.html", "a"), "/docs/index.html": html("Start.", "index.html", "a"),
                 "/docs/a": html("A.")}  # fmt: skip
    read("/docs/")
    assert stored(database, web) == ["/docs/", "/docs/a"]
    web.log.clear()
    assert read("/docs/").counts == {"unchanged": 2}
    assert web.requests(200) == []


def test_a_page_that_leads_elsewhere_at_once_is_a_redirect(read: Read, database: Engine, web: WebServer) -> None:
    refresh = '<meta http-equiv="refresh" content="0; URL=\'/new/\'">'
    web.pages = {"/": html("Start.", "old"), "/old": html("You are sent on.", head=refresh), "/new/": html("New.")}
    read()
    assert stored(database, web) == ["/", "/new/"]


def test_links_are_read_against_the_base_of_the_page_and_in_frames(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "a", head='<base href="/deep/er/">'), "/deep/er/a": html("Ä pages.", "ü.html")}
    web.pages["/"].body += b'<iframe src="frame.html"></iframe>'
    web.pages |= {"/deep/er/frame.html": html("Framed."), "/deep/er/%C3%BC.html": html("With an umlaut.")}
    read()
    assert stored(database, web) == ["/", "/deep/er/%C3%BC.html", "/deep/er/a", "/deep/er/frame.html"]
    names = dict(rows(database, "SELECT source_uri, name FROM documents"))
    assert names[web.url("/deep/er/%C3%BC.html")] == "ü.html"


# ------------------------------------------------------------------------------------------------------ what is read


def test_files_of_every_kind_are_read_and_recognised_by_content(read: Read, database: Engine, web: WebServer) -> None:
    octets = "application/octet-stream"
    web.pages = {"/": html("Start.", "a.pdf", "download?id=7", "table", "box.zip", "readme.md", "photo.jpg", "pic")}
    web.pages |= {
        "/a.pdf": Page(body=made.pdf([["Ships sail at dawn."]]), media_type="application/pdf"),
        "/download?id=7": Page(
            body=made.docx(("", "The crew sleeps.")), media_type=octets,
            headers={"Content-Disposition": "attachment; filename*=UTF-8''Dienst%20plan.docx"},
        ),
        "/table": Page(body=b"port,fare\nHamburg,4\nBremen,5\n", media_type="text/csv"),
        "/box.zip": Page(body=made.zipped({"plan.md": "# Plan\n\nThe plan."}), media_type="application/zip"),
        "/readme.md": html("Shown as a page."),
        "/pic": Page(body=b"\x89PNG\r\n\x1a\n" + bytes(99), media_type="image/png"),
    }  # fmt: skip
    done = read()
    kinds = dict(rows(database, "SELECT name, media_type FROM documents"))
    assert kinds == {
        f"127.0.0.1:{web.port}": "text/html", "a.pdf": "application/pdf", "box.zip": "application/zip",
        "Dienst plan.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "table.csv": "text/csv", "plan.md": "text/markdown", "readme.md.html": "text/html",
    }  # fmt: skip
    assert "2 pictures, recordings, programs and feeds" in done.notes
    assert rows(database, "SELECT source_uri FROM documents WHERE container_id IS NOT NULL") == [
        (web.url("/box.zip!/plan.md"),)
    ]
    assert read(prune=True, make_embedder=no_model).counts == {"unchanged": 6}


def test_the_encoding_that_a_server_declares_is_used(read: Read, database: Engine, web: WebServer) -> None:
    body = "<title>Ч</title><h1>Часы</h1><p>Паром отходит в девять часов, каждый день недели.</p>"
    web.pages = {
        "/": Page(body=body.encode("koi8-r"), media_type="text/html; charset=KOI8-R"),
        "/wrong": Page(body=body.encode(), media_type="text/html; charset=iso-8859-1"),
        "/odd": Page(body=body.encode(), media_type="text/html; charset=no-such-code"),
    }
    for path in web.pages:
        read(path)
    texts = rows(database, "SELECT DISTINCT text FROM documents")
    assert texts == [("# Часы\n\nПаром отходит в девять часов, каждый день недели.",)]


def test_a_page_without_links_or_text_is_one_line(read: Read, web: WebServer) -> None:
    web.pages = {"/": Page(body=b"<html><body><script>app()</script></body></html>")}
    done = read()
    assert done.counts == {"no text": 1}
    assert read().counts == {"unchanged": 1}


def test_menus_headers_and_footers_are_left_out_and_named(read: Read, database: Engine, web: WebServer) -> None:
    frame = '<nav><a href="/">Home</a> <a href="/a/">Products</a></nav>'
    body = (
        f"<html><body>{frame}<main><h1>Pumps</h1><p>Pumps move water.</p></main><footer>Imprint</footer></body></html>"
    )
    web.pages = {"/": Page(body=body.replace("Pumps", "Start").encode()), "/a/": Page(body=body.encode())}
    read()
    found = dict(rows(database, "SELECT source_uri, text FROM documents"))
    assert found[web.url("/a/")] == "# Pumps\n\nPumps move water."
    assert "Products" in found[web.url("/")]  # the home page is read whole
    assert rows(database, "SELECT warnings FROM documents WHERE source_uri = :uri", uri=web.url("/a/")) == [
        (["Left out of the page: 1 menu, 1 footer (19 characters)."],)
    ]


@pytest.mark.parametrize("status", [401, 403])
def test_a_page_that_needs_a_login_is_one_line_and_its_document_stays(
    read: Read, database: Engine, web: WebServer, status: int
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages |= {"/a": Page(status=status), "/b": moved("/accounts/login?next=/b", 302)}
    done = read(prune=True)
    assert done.counts == {"unchanged": 1, "failed": 2}
    assert done.results[web.url("/a")].message.startswith(f"It needs a login ({status}).")
    assert done.results[web.url("/b")].message.startswith("It needs a login.")
    failed = dict(rows(database, "SELECT source_uri, error FROM documents WHERE error <> ''"))
    assert set(failed) == {web.url("/a"), web.url("/b")}
    assert rows(database, "SELECT count(*) FROM chunks") == [(3,)]
    web.pages |= {"/a": html("A."), "/b": html("B.")}
    assert read().counts == {"unchanged": 3}
    assert rows(database, "SELECT count(*) FROM documents WHERE error <> ''") == [(0,)]
    web.pages["/"] = Page(status=status)
    with pytest.raises(AppError, match="needs a login"):
        read()


def test_a_login_form_is_no_document(read: Read, database: Engine, web: WebServer) -> None:
    form = html("Please sign in.", head="")
    form.body += b'<form><input name="u"><input type="password" name="p"></form>'
    web.pages = {"/": html("Start.", "login", "shop"), "/login": form, "/shop": form}
    done = read()
    assert stored(database, web) == ["/", "/shop"]  # shops ask on every page
    assert "1 login forms" in done.notes


def test_content_that_cannot_be_read_is_one_line_until_it_changes_or_is_tried_again(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a.pdf"), "/a.pdf": Page(body=b"%PDF-1.4 broken", media_type="application/pdf")}
    assert read().counts == {"new": 1, "failed": 1}
    web.log.clear()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 1, "failed": 1}
    assert "damaged" in again.results[web.url("/a.pdf")].message
    assert web.requests(200) == []
    assert read(retry=True).counts == {"unchanged": 1, "failed": 1}
    assert web.requests(200) == ["/a.pdf"]
    good = web.pages["/a.pdf"].body
    web.pages["/a.pdf"] = Page(status=500)
    read()
    web.pages["/a.pdf"] = Page(body=good, media_type="application/pdf")
    assert "damaged" in read().results[web.url("/a.pdf")].message  # and not that the server failed once
    web.pages["/a.pdf"] = Page(body=made.pdf([["Whole."]]), media_type="application/pdf")
    assert read().counts == {"unchanged": 1, "new": 1}


def test_dead_links_are_named_with_their_page_and_are_no_failures(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "missing")}
    done = read()
    assert done.counts == {"new": 1}
    assert f"Links to pages that do not exist: 1, {web.url('/missing')} (on {web.url('/')})." in done.notes


def test_a_busy_server_is_asked_again_after_the_time_it_names(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": Page(status=429, headers={"Retry-After": "7"})}
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if seconds > 6:
            web.pages["/a"] = html("A.")

    assert read(sleep=sleep).counts == {"new": 2}
    assert [round(seconds) for seconds in waits if seconds > 1] == [7]
    web.pages["/a"] = Page(status=503, headers={"Retry-After": "86400"})
    done = read()
    assert "asks to wait 86400 seconds" in done.results[web.url("/a")].message


def test_include_and_exclude_choose_by_path(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "docs/a.html", "docs/b.csv", "old/c.csv")}
    web.pages |= {"/docs/a.html": html("A.", "b.csv"), "/docs/b.csv": Page(body=b"a,b\n1,2\n", media_type="text/csv"),
                  "/old/c.csv": Page(body=b"a,b\n3,4\n", media_type="text/csv")}  # fmt: skip
    site = SiteOptions(include=spec(["*.csv"]), exclude=spec(["/old/"]))
    done = read(site=site)
    assert stored(database, web) == ["/docs/b.csv"]
    assert "3 excluded" in done.notes
    web.log.clear()
    assert read(site=site, prune=True).counts == {"unchanged": 1}
    assert web.requests(200) == []
    assert read(prune=True).counts == {"unchanged": 1, "new": 3}
    assert read(site=site, prune=True).counts == {"unchanged": 1}  # what an option excludes is not deleted
    assert len(stored(database, web)) == 4


# --------------------------------------------------------------------------------------------------------- sitemaps


def test_a_sitemap_names_the_pages_wherever_they_are_on_the_host(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {
        "/maps/sitemap.xml": sitemap(
            web.url("/a"), web.url("/deep/b"), "http://elsewhere.example/x", web.url("/a#top")
        ),
        "/a": html("A.", "linked"), "/deep/b": html("B."), "/linked": html("Not listed."),
    }  # fmt: skip
    done = read("/maps/sitemap.xml")
    assert stored(database, web) == ["/a", "/deep/b"]
    assert "Left out: 1 on other hosts." in done.notes
    web.log.clear()
    assert read("/maps/sitemap.xml", make_embedder=no_model).counts == {"unchanged": 2}
    assert web.requests(200) == []
    assert read("/maps/sitemap.xml", site=SiteOptions(depth=1)).counts == {"unchanged": 2, "new": 1}


def test_an_index_of_sitemaps_packed_ones_and_plain_lists_are_read(
    read: Read, database: Engine, web: WebServer
) -> None:
    names = [f"/{n}" for n in range(6)]
    packed = gzip.compress(sitemap(web.url("/2"), web.url("/3")).body)
    web.pages = {path: html(f"Page {path}.") for path in names} | {
        "/index.xml": sitemap(*map(web.url, ("/one.xml", "/two.xml.gz", "/nested.xml", "/index.xml", "/none.xml")),
                              index=True),
        "/one.xml": sitemap(web.url("/0"), web.url("/1")),
        "/two.xml.gz": Page(body=packed, media_type="application/x-gzip"),
        "/nested.xml": sitemap(web.url("/three.txt"), index=True),
        "/three.txt": Page(body=f"{web.url('/4')}\n{web.url('/5')}\n".encode(), media_type="text/plain"),
    }  # fmt: skip
    done = read("/index.xml")
    assert stored(database, web) == names
    assert "/none.xml (on" in done.notes
    web.log.clear()
    assert read("/index.xml", make_embedder=no_model).counts == {"unchanged": 6}
    assert web.requests(200) == []


def test_a_hostile_sitemap_is_bounded(read: Read, web: WebServer) -> None:
    laughs = "<!DOCTYPE urlset [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>"
    body = (
        f"<?xml version='1.0'?>{laughs}<urlset><url><loc>{web.url('/a')}</loc></url><url><loc>&b;</loc></url></urlset>"
    )
    web.pages = {"/sitemap.xml": Page(body=body.encode(), media_type="text/xml"), "/a": html("A.")}
    web.pages["/bomb.xml.gz"] = Page(
        body=gzip.compress(b"<urlset>" + bytes(300 * 2**20)), media_type="application/gzip"
    )
    assert read("/sitemap.xml").counts == {"new": 1}
    done = read("/bomb.xml.gz")
    assert "1 whose links could not be read" in done.notes


# ------------------------------------------------------------------------------------------------------ one at a time


def test_two_runs_over_one_site_do_not_work_at_once(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    errors: list[str] = []

    def second(path: str) -> None:
        if path == "/a":
            web.on_request = lambda _path: None
            with pytest.raises(AppError) as caught:
                read()
            errors.append(str(caught.value))

    web.on_request = second
    assert read().counts == {"new": 2}
    assert len(errors) == 1
    assert "Another process reads" in errors[0]


def test_pages_are_told_as_they_are_stored_each_in_its_own_transaction(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    counts: list[int] = []
    web.on_request = lambda _path: counts.append(rows(database, "SELECT count(*) FROM documents")[0][0])
    read()
    assert counts == [0, 0, 1, 2]  # before robots.txt, the start, /a and /b
