"""Composition root of the ingestion road: builds its parts from the settings, and nothing else does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from app.core import database
from app.core.domain import CHUNKER_VERSION
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import Settings
from ingest.bounds import Bounds
from ingest.load.limits import Limits
from ingest.load.pool import LoaderPool
from ingest.pipeline import Ingester
from ingest.store import Store

Report = Callable[[str], None]


@dataclass(kw_only=True)
class Database:
    """A database with the schema of this version."""

    engine: Engine

    def close(self) -> None:
        """Close all connections; an embedded server stops with its last user."""
        self.engine.dispose()


@dataclass(kw_only=True)
class Services(Database):
    """The parts of the ingestion road, built."""

    ingester: Ingester
    loaders: LoaderPool
    settings: Settings

    def revive(self) -> None:
        """Restart the embedded server when it is down; another server has its own operator."""
        if self.settings.database_url is None:
            database.start_embedded(self.settings.data_dir)

    def close(self) -> None:
        """End the loading processes and close all connections."""
        self.loaders.close()
        super().close()


def open_database(settings: Settings, report: Report) -> Database:
    """The configured database. An embedded one is migrated to this version's schema. Raises AppError."""
    engine = database.connect(settings)
    try:
        current, needed = database.schema_state(engine)
        if current != needed and settings.database_url is None:  # nobody else operates the embedded server
            report("Preparing the database")
            embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
            database.migrate(engine, embedding_dimension=embedder.dimension)
        database.require_ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine=engine)


def build_ingester(settings: Settings, report: Report) -> Services:
    """Database and ingester; the embedding model is built when the first text needs it. Raises AppError."""
    engine = open_database(settings, report).engine
    event.listen(engine, "connect", no_wait_for_the_disk)
    engine.dispose()  # connections opened before do not have it

    def make_embedder() -> Embedder:
        return build_embedder(settings.embedding_model, settings.data_dir, report=report)

    loaders = LoaderPool(limits_of(settings))
    store = Store(engine, chunker_version=CHUNKER_VERSION)
    bounds = Bounds(passages=settings.document_passages, embed_seconds=settings.document_embed_seconds)
    ingester = Ingester(store=store, make_embedder=make_embedder, load=loaders.load, bounds=bounds)
    return Services(engine=engine, ingester=ingester, loaders=loaders, settings=settings)


def limits_of(settings: Settings) -> Limits:
    """The limits for loading one file."""
    return Limits(
        memory_mib=settings.load_memory_mib,
        seconds=settings.load_seconds,
        cpu_seconds=settings.load_cpu_seconds,
        characters=settings.load_characters,
        unpacked_mib=settings.load_unpacked_mib,
        entries=settings.load_entries,
        pages=settings.load_pages,
        nesting=settings.load_nesting,
        ocr_seconds=settings.ocr_seconds,
        ocr_languages=settings.ocr_languages,
    )


def no_wait_for_the_disk(driver: Any, _record: object) -> None:
    """Commit without waiting for the disk: a transaction that a server crash undoes is repeated by its job."""
    driver.autocommit = True
    driver.execute("SET synchronous_commit = off")
    driver.autocommit = False
