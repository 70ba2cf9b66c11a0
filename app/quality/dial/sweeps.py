"""Stored sweeps."""

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.sql import load_queries
from app.quality.dial.sweep import SWEEP, Sweep

_QUERIES = load_queries(__file__)


def save_sweep(engine: Engine, sweep: Sweep) -> None:
    """Store a sweep."""
    params = {"name": sweep.target, "sweep": SWEEP.dump_json(sweep).decode()}
    with transaction(engine) as connection:
        connection.execute(_QUERIES["save_sweep"], params)


def last_sweep(engine: Engine, target: str | None = None) -> Sweep | None:
    """The latest sweep of a set of questions, or of any set; None when there is none."""
    with transaction(engine) as connection:
        row = connection.execute(_QUERIES["last_sweep"], {"name": target}).scalar_one_or_none()
    return None if row is None else SWEEP.validate_python(row)
