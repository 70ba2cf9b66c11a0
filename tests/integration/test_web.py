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

    def go(path: str = "/", *, guard: Guard | None = None, make_embedder: Callable[[], Embedder] = FakeEmbedder,
           limits: WebLimits = FAST, site: SiteOptions = SiteOptions(), address: str = "", **options: Any) -> Reading:
        fetcher = Fetcher(guard or Guard(EVERY_NETWORK), limits)
        fetchers.append(fetcher)
        url = address or web.url(path)
        pages = WebSite(url, fetcher=fetcher, outline=outlines.of, options=site, limits=limits)
        ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=make_embedder)
        recorder = Recorder()
        run = RemoteRun(
            database, ingester, recorder, pages, name=url, collection="c", options=RemoteOptions(**options)
        )
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
