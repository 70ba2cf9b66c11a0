"""Stores evaluation runs by name, and reads them from the database or from a file."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine

from app.core.database import transaction
from app.core.errors import NotFoundError
from app.core.sql import load_queries
from app.quality.evaluation.run import RUN, EvaluationRun

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSummary:
    """An item of the list of runs."""

    name: str
    created_at: datetime
    target: str
    reranker: str
    questions: int


class Runs:
    """The evaluation runs of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, run: EvaluationRun) -> None:
        """Store a run; load returns the latest of a name."""
        row = {"name": run.name, "run": RUN.dump_json(run).decode()}
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["insert_run"], row)

    def load(self, name: str) -> EvaluationRun:
        """The latest run of a name, or the one in a file of that name. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["select_run"], {"name": name}).scalar_one_or_none()
        if row is not None:
            return RUN.validate_python(row)
        if Path(name).is_file():
            return _read(Path(name))
        known = ", ".join(dict.fromkeys(run.name for run in self.list())) or "none yet"
        raise NotFoundError(f"There is no evaluation {name!r}, and no such file.", fix=f"Known: {known}.")

    def list(self, limit: int = 50) -> tuple[RunSummary, ...]:
        """The latest runs, newest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["list_runs"], {"limit": limit}).mappings()
            return tuple(RunSummary(**row) for row in rows)


def _read(path: Path) -> EvaluationRun:
    try:
        values = json.loads(path.read_text("utf-8"))
        return RUN.validate_python(values.get("run", values))
    except (OSError, ValueError, AttributeError, ValidationError) as error:
        raise NotFoundError(
            f"{path} holds no evaluation.", fix=f"Write one with `evaluate --json > {path.name}`."
        ) from error
