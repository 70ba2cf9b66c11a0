"""`settings`: every setting, its value, and where the value comes from."""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.markup import escape

from app.bootstrap import SearchServices, open_database
from app.commands.console import out, report
from app.core.applied_settings import Override, apply, load_overrides, withdraw
from app.core.errors import AppError
from app.core.settings import Settings, load_settings, variable_names
from app.present.problem import problem_of


def settings(
    reset: Annotated[bool, typer.Option("--reset", help="Remove what `dial` and `evaluate --floor` applied.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page app/core/SETTINGS.md.")] = False,
) -> None:
    """List every setting, its value, where it comes from and what it does."""
    if markdown:
        sys.stdout.write(_reference())
        return
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


def apply_settings(parts: SearchServices, values: Mapping[str, str], *, reason: str) -> None:
    """Apply values in the database; a line for each variable that overrides one of them. Raises AppError."""
    for variable in apply(parts.engine, parts.given, values, reason=reason):
        report(f"{variable} is set in the environment or .env, which wins: remove it there for this to have an effect.")


def _reference() -> str:
    """The settings as a Markdown page: variable, default, meaning."""
    lines = [
        "# Settings",
        "",
        "Environment variables, or lines of a `.env` file as in `.env.example`. A misspelt name is an error.",
        "`python -m app settings` shows your values and where each one comes from. This page is the output of",
        "`python -m app settings --markdown`.",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    for name, variable in variable_names().items():
        info = Settings.model_fields[name]
        default = info.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        shown = "" if default in (None, "") else f"`{default}`"
        if name == "data_dir":
            shown = "the user's data directory"  # differs between machines and people
        lines.append(f"| `{variable}` | {shown} | {info.description} |")
    return "\n".join(lines) + "\n"


def _applied(current: Settings, *, reset: bool) -> tuple[Override, ...]:
    """The applied settings; none when the database cannot be read, so that the other settings are still listed."""
    if current.database_url is None and not (current.data_dir / "postgres").is_dir():
        return ()  # there is no embedded server yet, and listing settings must not create one
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(open_database(current, report=lambda _line: None))
        except AppError as error:
            report(f"The settings applied in the database cannot be read: {problem_of(error)}")
            return ()
        if reset:
            report(f"{withdraw(engine)} applied settings were removed.")
        return load_overrides(engine)
