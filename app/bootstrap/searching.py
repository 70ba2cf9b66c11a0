"""What a search needs: database, embedding model and the two search stages."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.bootstrap.databases import Report, connect
from app.core import database
from app.core.applied_settings import overridden
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import Settings
from app.quality.diagnosis import Diagnosis, Trials
from app.quality.expected.locate import Locator
from app.search import Searcher
from app.stages import Stages, build_stages


@dataclass(kw_only=True)
class SearchServices:
    """What a search needs. close() releases the database."""

    engine: Engine
    embedder: Embedder
    stages: Stages
    searcher: Searcher
    settings: Settings  # in effect: as given, overridden by those applied in the database
    given: Settings

    def close(self) -> None:
        """Release the database; an embedded server stops with its last user."""
        self.engine.dispose()


def open_searcher(settings: Settings, *, report: Report, migrate: bool = False) -> SearchServices:
    """Open the database, the embedding model and the two search stages. Raises AppError."""
    engine = connect(settings, report)
    try:
        embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
        if migrate or settings.database_url is None:  # nobody else migrates the embedded server
            database.migrate(engine, embedding_dimension=embedder.dimension)
        database.require_ready(engine)
        effective = overridden(settings, engine)
        stages = build_stages(engine, embedder)
        searcher = stages.searcher(effective)
    except BaseException:
        engine.dispose()
        raise
    return SearchServices(
        engine=engine, embedder=embedder, stages=stages, searcher=searcher, settings=effective, given=settings
    )


def build_diagnosis(services: SearchServices) -> Diagnosis:
    """Diagnosis over the same database and models; it repeats a search with other settings."""
    return Diagnosis(locator=Locator(services.engine), trials=Trials(services.stages, services.settings))
