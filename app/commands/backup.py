"""`backup` and `restore`: everything of the database in one file, and back again."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.backup.backup import backup as write_backup
from app.backup.restore import restore as restore_backup
from app.bootstrap import open_backup
from app.commands.console import out, report
from app.core.errors import AppError
from app.core.settings import Settings, load_settings

_SECRETS = {name for name, info in Settings.model_fields.items() if "SecretStr" in str(info.annotation)}
FileArgument = Annotated[Path, typer.Argument(help="The file of the backup.", show_default=False)]


def backup(file: FileArgument) -> None:
    """Write everything to one file: documents with originals, passages, answers, golden questions, jobs, settings.

    The page may stay in use meanwhile. An older file of this name is replaced when the new one is complete.
    """
    settings = load_settings()
    start = time.monotonic()
    public = settings.model_dump(mode="json", exclude=_SECRETS)
    with open_backup(settings, report=report) as (engine, retrieving):
        manifest = write_backup(
            engine, file, retrieving=retrieving, settings=public, models=settings.data_dir / "models"
        )
    rows = {dump.name: dump.rows for dump in manifest.tables}
    out.print(
        f"{escape(str(file))}: {rows['documents']:,} documents, {rows['chunks']:,} passages, {rows['answers']:,} "
        f"answers, {file.stat().st_size / 2**20:,.1f} MiB in {time.monotonic() - start:.1f} s"
    )


def restore(
    file: FileArgument,
    verify: Annotated[
        bool, typer.Option("--verify", help="Restore into a database of its own, compare, and remove it again.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the documents and answers that are there.")
    ] = False,
) -> None:
    """Bring a backup back. It is compared with what was written before it takes the place of the old database."""
    settings = load_settings()
    start = time.monotonic()
    with open_backup(settings, report=report, ready=False) as (engine, retrieving):
        found = restore_backup(engine, file, retrieving=retrieving, verify_only=verify, replace=replace, report=report)
    if found.problems:
        raise AppError(
            f"The restored rows are not those of the backup: {'; '.join(found.problems)}.",
            fix="The old database was not touched. Use another backup, or the models that it names.",
        )
    migrated = "" if found.revision == found.from_revision else f", migrated from {found.from_revision}"
    out.print(
        f"{'Verified' if verify else 'Restored'}: {found.rows:,} rows of {found.tables} tables, schema "
        f"{found.revision}{migrated}, same ranks for {found.questions} questions, in {time.monotonic() - start:.1f} s"
    )
