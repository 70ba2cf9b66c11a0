"""A corpus from elsewhere goes into a database of its own beside the user's, to be measured and then removed."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from app.core import database
from app.core.domain import CHUNKER_VERSION
from app.core.errors import AppError, DatabaseError, reason
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.core.sql import load_queries
from app.quality.evaluation.questions import QuestionSet

_QUERIES = load_queries(__file__)
Report = Callable[[str], None]


@contextmanager
def corpus_of(
    questions: QuestionSet, engine: Engine, embedder: Embedder, settings: Settings, *, keep: bool, report: Report
) -> Iterator[Engine]:
    """The database in which the questions are to be answered: the user's own for the golden set.

    A folder's corpus is ingested into a database of its own on the same server; one left by an earlier run is filled
    up. It is removed afterwards unless it is to be kept. Raises DatabaseError, or AppError when ingestion fails.
    """
    if questions.corpus is None:
        yield engine
        return
    name = _name(questions, embedder)
    _create(engine, name)
    scratch = create_engine(engine.url.set(database=name), pool_pre_ping=True)
    try:
        database.migrate(scratch, embedding_dimension=embedder.dimension)
        _ingest(questions, scratch, settings)
        yield scratch
    finally:
        scratch.dispose()
        if keep:
            report(f"The corpus stays in the database {name}; the next run with it starts at once.")
        else:
            _drop(engine, name, report)


def _name(questions: QuestionSet, embedder: Embedder) -> str:
    what = f"{questions.digest} {embedder.name} {embedder.dimension} {CHUNKER_VERSION}"
    return f"foremost_scratch_{hashlib.sha256(what.encode()).hexdigest()[:12]}"


def _create(engine: Engine, name: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.execute(_QUERIES["exists"], {"name": name}).scalar_one():
            return
        statement = connection.execute(_QUERIES["create_statement"], {"name": name}).scalar_one()
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            raise DatabaseError(
                f"A database for the corpus cannot be made: {reason(error)}. "
                "Let the user of DATABASE_URL create databases (ALTER ROLE … CREATEDB), or unset DATABASE_URL to "
                "measure in the embedded server."
            ) from error


def _drop(engine: Engine, name: str, report: Report) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        statement = connection.execute(_QUERIES["drop_statement"], {"name": name}).scalar_one()
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:  # another run measures in it
            report(f"The database {name} stays: {reason(error)}.")


def _ingest(questions: QuestionSet, scratch: Engine, settings: Settings) -> None:
    """In a process of the ingestion road, which the answering road knows by its command only."""
    environment = os.environ | {
        "DATABASE_URL": scratch.url.render_as_string(hide_password=False),
        "FOREMOST_DATA_DIR": str(settings.data_dir),
        "FOREMOST_EMBEDDING_MODEL": settings.embedding_model,
    }
    command = [sys.executable, "-m", "ingest", "beir", str(questions.corpus)]
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise AppError(f"The corpus {questions.corpus} could not be ingested; the lines above say why.")
