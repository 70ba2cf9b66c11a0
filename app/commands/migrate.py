"""`migrate`: the database schema, brought to this version or only checked."""

from typing import Annotated

import typer

from app.bootstrap import check_database, migrate_database
from app.commands.console import out, report
from app.core.settings import load_settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail when the schema is not this version's.")
    ] = False,
) -> None:
    """Bring the database to this version's schema."""
    settings = load_settings()
    revision = check_database(settings, report=report) if check else migrate_database(settings, report=report)
    out.print(f"The database is at revision {revision}.")
