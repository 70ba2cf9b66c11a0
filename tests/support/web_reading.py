"""Runs over a made web site, as the command makes them, with a stand-in for the embedding model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.domain import CHUNKER_VERSION
from app.core.models.embedding import Embedder
from ingest.pipeline import Ingester, Result
from ingest.remote.run import RemoteOptions, RemoteRun
from ingest.store import Store
from ingest.web.addresses import EVERY_NETWORK, Guard
from ingest.web.fetch import Fetcher
from ingest.web.frontier import SiteOptions
from ingest.web.limits import WebLimits
from ingest.web.outline import Outlines
from ingest.web.site import WebSite
from tests.support.fake_embedder import FakeEmbedder
from tests.support.web_server import WebServer

FAST = WebLimits(delay_seconds=0, page_seconds=5)
PLAIN = SiteOptions()


class Recorder:
    """Keeps the results it receives."""

    def __init__(self) -> None:
        self.results: dict[str, Result] = {}

    def progress(self, done: int, total: int, name: str) -> None: ...

    def finished(self, uri: str, result: Result) -> None:
        self.results[uri] = result


class Reading:
    """One run over a site: its counts by outcome, results by address, and notes."""

    def __init__(self, run: RemoteRun, site: WebSite, recorder: Recorder, *, preview: bool) -> None:
        self.run = run
        self.foreseen = {uri: str(result.outcome) for uri, result in run.preview()} if preview else {}
        self.counts = {} if preview else {str(key): count for key, count in run.execute().items() if count}
        self.results = recorder.results
        self.notes = " ".join(site.notes())


Read = Callable[..., Reading]


@contextmanager
def reading(database: Engine, web: WebServer, outlines: Outlines) -> Iterator[Read]:
    """A function that runs over the site; keyword arguments are options of the run, the site and its limits."""
    fetchers: list[Fetcher] = []

    def read(
        path: str = "/",
        *,
        guard: Guard | None = None,
        make_embedder: Callable[[], Embedder] = FakeEmbedder,
        limits: WebLimits = FAST,
        site: SiteOptions = PLAIN,
        address: str = "",
        sleep: Callable[[float], None] = lambda _: None,
        preview: bool = False,
        **options: Any,
    ) -> Reading:
        fetcher = Fetcher(guard or Guard(EVERY_NETWORK), limits, sleep=sleep)
        fetchers.append(fetcher)
        url = address or web.url(path)
        pages = WebSite(url, fetcher=fetcher, outline=outlines.of, options=site, limits=limits)
        ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=make_embedder)
        recorder = Recorder()
        run = RemoteRun(database, ingester, recorder, pages, name=url, collection="c", options=RemoteOptions(**options))
        return Reading(run, pages, recorder, preview=preview)

    try:
        yield read
    finally:
        for fetcher in fetchers:
            fetcher.close()


def rows(database: Engine, query: str, /, **values: object) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def stored(database: Engine, web: WebServer) -> list[str]:
    """Paths of the stored documents."""
    found = rows(database, "SELECT source_uri FROM documents WHERE container_id IS NULL ORDER BY source_uri")
    return [row[0].removeprefix(web.url("")) for row in found]


def no_model() -> Embedder:
    """An embedding model that must not be made."""
    pytest.fail("the embedding model was made")
