"""Settings applied after a measurement: kept in the database, so that all processes of a team use them.

A variable of the environment (or of .env) overrides them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine

from app.core.database import transaction
from app.core.errors import SettingsError
from app.core.settings import Settings, Shapes, shaping_names, variable_names
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """An applied setting."""

    name: str  # field of Settings
    value: str
    reason: str  # for people: the measurement behind it
    created_at: datetime


def load_overrides(engine: Engine) -> tuple[Override, ...]:
    """All applied settings, also those that the environment overrides. Raises DatabaseError."""
    tuned = shaping_names(Shapes.TUNED)
    with transaction(engine) as connection:
        rows = connection.execute(_QUERIES["select_overrides"]).mappings()
        return tuple(Override(**row) for row in rows if row["name"] in tuned)


def overridden(settings: Settings, engine: Engine) -> Settings:
    """The settings with the applied values, except for those that were set explicitly. Raises DatabaseError."""
    applied = {
        override.name: override.value
        for override in load_overrides(engine)
        if override.name not in settings.model_fields_set
    }
    return _checked(settings, applied) if applied else settings


def apply(engine: Engine, settings: Settings, values: Mapping[str, str], *, reason: str) -> tuple[str, ...]:
    """Store values for the next start; returns the environment variables that override some of them.

    Raises SettingsError for a value that the settings do not allow, and DatabaseError.
    """
    _checked(settings, values)
    with transaction(engine) as connection:
        for name, value in values.items():
            connection.execute(_QUERIES["save_override"], {"name": name, "value": value, "reason": reason})
    return tuple(variable_names()[name] for name in values if name in settings.model_fields_set)


def withdraw(engine: Engine) -> int:
    """Delete all applied settings; returns how many there were. Raises DatabaseError."""
    names = shaping_names(Shapes.TUNED)
    with transaction(engine) as connection:
        return sum(connection.execute(_QUERIES["delete_override"], {"name": name}).rowcount for name in names)


def _checked(settings: Settings, values: Mapping[str, str]) -> Settings:
    tuned = shaping_names(Shapes.TUNED)
    unknown = sorted(set(values) - set(tuned))
    if unknown:
        raise SettingsError(f"{', '.join(unknown)} cannot be applied; {', '.join(tuned)} can.")
    update: dict[str, object] = {}
    for name, value in values.items():
        field = Settings.model_fields[name]
        allowed: TypeAdapter[object] = TypeAdapter(Annotated[field.annotation, field])
        try:
            update[name] = allowed.validate_python(value)
        except ValidationError as error:
            raise SettingsError(f"{name} cannot be {value!r}: {error.errors()[0]['msg']}.") from error
    return settings.model_copy(update=update)
