"""Writes a backup of everything in a database while it is in use: all tables of one moment."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from app.backup.archive import Manifest, written
from app.backup.rankings import Retrieving, draw_rankings
from app.backup.tables import QUERIES, columns_of, rows_of, sequences_of
from app.core.database import database_errors, reachable

_MODEL_FILES = ("*.onnx", "*.gguf", "*.safetensors")


def backup(
    engine: Engine, path: Path, *, retrieving: Retrieving, settings: Mapping[str, Any], models: Path
) -> Manifest:
    """Write all tables, sequences, settings, digests of the models and ranks of some questions to a file.

    models: folder with model files. Raises AppError; the file then is what it was before.
    """
    with written(path) as archive, reachable(engine) as connection:
        reading = connection.execution_options(isolation_level="REPEATABLE READ")
        reading.execute(QUERIES["read_alike"])
        snapshot = str(reading.execute(QUERIES["export_snapshot"]).scalar_one())
        tables = tuple(
            archive.table(name, columns, rows_of(reading, name, [column for column, _ in columns]))
            for name, columns in columns_of(reading).items()
        )
        manifest = replace(_described(reading, settings, models), tables=tables, sequences=sequences_of(reading))
        if manifest.embedding_model is not None:
            manifest = replace(manifest, rankings=_rankings(engine, snapshot, retrieving))
        archive.manifest(manifest)
    return manifest


def _described(connection: Connection, settings: Mapping[str, Any], models: Path) -> Manifest:
    corpus = connection.execute(QUERIES["corpus"]).one_or_none()
    files = sorted(file for pattern in _MODEL_FILES for file in models.rglob(pattern) if file.is_file())
    return Manifest(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("foremost"),
        revision=str(connection.execute(QUERIES["revision"]).scalar_one()),
        embedding_model=corpus.embedding_model if corpus else None,
        embedding_dimension=int(connection.execute(QUERIES["dimension"]).scalar_one()),
        settings=settings,
        models={str(file.relative_to(models)): _sha256(file) for file in files},
    )


def _rankings(engine: Engine, snapshot: str, retrieving: Retrieving) -> Any:
    """Searches within the snapshot of the dump, so that ingestion meanwhile changes no rank."""
    same_moment = create_engine(engine.url, isolation_level="REPEATABLE READ", pool_size=1)

    @event.listens_for(same_moment, "begin")
    def _set_snapshot(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")

    try:
        with database_errors():
            return draw_rankings(same_moment, retrieving)
    finally:
        same_moment.dispose()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
