"""Calibrations are kept with the corpus, one for each model."""

from dataclasses import asdict

from sqlalchemy import Engine

from app.calibrate.calibration import Calibration, Kind
from app.core.database import transaction
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)


def load_calibration(engine: Engine, kind: Kind, model: str) -> Calibration | None:
    """The model's calibration on this corpus, None before it is measured. Raises DatabaseError."""
    with transaction(engine) as connection:
        row = connection.execute(_QUERIES["load"], {"kind": kind.value, "model": model}).mappings().one_or_none()
    return Calibration(**row) if row else None


def save_calibration(engine: Engine, kind: Kind, model: str, measured: Calibration) -> None:
    """Keep a calibration in place of the model's earlier one. Raises DatabaseError."""
    with transaction(engine) as connection:
        connection.execute(_QUERIES["save"], {"kind": kind.value, "model": model} | asdict(measured))
