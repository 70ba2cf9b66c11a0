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
class Services:
    """The parts of the ingestion road."""

    engine: Engine
    ingester: Ingester

    def close(self) -> None:
        """Give back the database; an embedded server stops with its last user."""
        self.engine.dispose()


def build_ingester(settings: Settings, report: Report) -> Services:
    """Database and ingester; the embedding model is made when the first text needs it. Raises AppError in one line."""
    engine = database.connect(settings)

    def make_embedder() -> Embedder:
        return build_embedder(settings.embedding_model, settings.data_dir, report=report)

    try:
        current, needed = database.schema_state(engine)
        if current != needed and settings.database_url is None:  # the embedded server has no other operator than us
            report("Preparing the database")
            database.migrate(engine, embedding_dimension=make_embedder().dimension)
        database.require_ready(engine)
    except BaseException:
        engine.dispose()
        raise
    store = Store(engine, chunker_version=CHUNKER_VERSION)
    return Services(engine=engine, ingester=Ingester(store=store, make_embedder=make_embedder))
