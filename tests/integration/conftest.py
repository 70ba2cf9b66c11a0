"""A made web site and runs over it."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import Engine

from ingest.load.limits import Limits
from ingest.web.outline import Outlines
from tests.support.web_reading import Read, reading
from tests.support.web_server import WebServer, web_server


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A server on 127.0.0.1 without pages."""
    with web_server() as running:
        yield running


@pytest.fixture(scope="session")
def outlines() -> Iterator[Outlines]:
    """The process that reads links, started once a run."""
    with closing(Outlines(Limits())) as shared:
        yield shared


@pytest.fixture
def read(database: Engine, web: WebServer, outlines: Outlines) -> Iterator[Read]:
    """Run over the test's site."""
    with reading(database, web, outlines) as run:
        yield run
