"""Settings go in, an Ingester comes out: the only place where the ingestion road's parts are made."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from app.core import database
from app.core.domain import CHUNKER_VERSION
from app.core.embedding import Embedder
from app.core.models import build_embedder
from app.core.settings import Settings
from ingest.pipeline import Ingester
from ingest.store import Store

Report = Callable[[str], None]


@dataclass(kw_only=True)
class Database:
    """A database whose schema is this version's."""

    engine: Engine

    def close(self) -> None:
        """Give back the database; an embedded server stops with its last user."""
        self.engine.dispose()


@dataclass(kw_only=True)
class Services(Database):
    """The parts of the ingestion road."""

    ingester: Ingester


def open_database(settings: Settings, report: Report) -> Database:
    """The configured database, an embedded one brought to this version's schema. Raises AppError in one line."""
    engine = database.connect(settings)
    try:
        current, needed = database.schema_state(engine)
        if current != needed and settings.database_url is None:  # the embedded server has no other operator than us
            report("Preparing the database")
            embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
            database.migrate(engine, embedding_dimension=embedder.dimension)
        database.require_ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine=engine)


def build_ingester(settings: Settings, report: Report) -> Services:
    """Database and ingester; the embedding model is made when the first text needs it. Raises AppError in one line."""
    engine = open_database(settings, report).engine

    def make_embedder() -> Embedder:
        return build_embedder(settings.embedding_model, settings.data_dir, report=report)

    store = Store(engine, chunker_version=CHUNKER_VERSION)
    return Services(engine=engine, ingester=Ingester(store=store, make_embedder=make_embedder))
