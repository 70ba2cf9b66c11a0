"""`settings`: every setting, its value, and where the value comes from."""

import os
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import open_database
from app.commands.console import out, report
from app.core.applied_settings import Override, load_overrides, withdraw
from app.core.errors import AppError
from app.core.settings import Settings, load_settings, variable_names


def settings(
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget what was applied by `dial` and `evaluate --floor`.")
    ] = False,
) -> None:
    """List every setting, its value, where it comes from and what it does."""
    current = load_settings()
    applied = {override.name: override for override in _applied(current, reset=reset)}
    for name, variable in variable_names().items():
        info = Settings.model_fields[name]
        value, origin = str(getattr(current, name)), "default"
        if name in current.model_fields_set:
            origin = "environment" if variable in os.environ else "environment or .env"
        if name in applied and name not in current.model_fields_set:
            value, origin = applied[name].value, f"applied: {applied[name].reason}"
        elif name in applied:
            origin += f", which covers the applied {applied[name].value}"
        out.print(f"[bold]{variable}[/]={escape(value)}  [dim]({escape(origin)}) {escape(info.description or '')}[/]")


def _applied(current: Settings, *, reset: bool) -> tuple[Override, ...]:
    """What was applied; nothing where the database cannot say, which is no reason to hide the other settings."""
    if current.database_url is None and not (current.data_dir / "postgres").is_dir():
        return ()  # no embedded server yet: none is made just to be asked
    try:
        engine = open_database(current, report=lambda _line: None)
    except AppError as error:
        report(f"What was applied in the database cannot be read: {error}")
        return ()
    try:
        if reset:
            report(f"{withdraw(engine)} applied settings were forgotten.")
        return load_overrides(engine)
    finally:
        engine.dispose()
