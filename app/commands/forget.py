"""`forget`: removes a document, a chat, a user's chats or everything old from every place, and says what remains."""

import sqlite3
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import open_database
from app.commands.console import out, report
from app.core.errors import AppError, reason
from app.core.models.token_store import TokenStore
from app.core.settings import Settings, load_settings
from app.core.temporary_files import remove_temporary_files, upload_folder
from app.forget import Forget, Forgotten

_ANY_SIZE = 2**40  # bytes; nothing is dropped for want of room


def forget(
    document: Annotated[str, typer.Option(help="A document: its id, address or file name.")] = "",
    chat: Annotated[str, typer.Option(help="A chat: its id as `chats list` shows it.")] = "",
    user: Annotated[str | None, typer.Option(help="Every chat of this login name.")] = None,
    older_than: Annotated[
        int | None, typer.Option(min=1, help="Chats, answers, measurements and jobs older than so many days.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Remove words for good: from documents, answers, golden questions, the queue and temporary files."""
    if sum((bool(document), bool(chat), user is not None, older_than is not None)) != 1:
        raise typer.BadParameter("Give exactly one of --document, --chat, --user and --older-than.")
    settings = load_settings()
    if not yes:
        typer.confirm("Forget for good? A backup made before still holds it.", abort=True)
    with open_database(settings, report=report) as engine:
        store = Forget(engine)
        if document:
            found = store.document(document)
            _clear_vectors(settings)
        elif chat:
            found = store.chat(chat)
        else:
            found = store.user(user) if user is not None else store.older_than(int(older_than or 0))
        files = remove_temporary_files(upload_folder(), names=found.names, older_than_days=older_than)
        log = store.remains()
    copies = f", {files:,} temporary files" if files else ""
    out.print(escape(f"Removed: {found.line}{copies}."))
    _print_remains(found, log, document=bool(document))


def _clear_vectors(settings: Settings) -> None:
    """All of them: which are of the document only the model that made them could tell. They are made again."""
    try:
        store = TokenStore(settings.data_dir, disk_bytes=_ANY_SIZE)
        try:
            store.clear()
        finally:
            store.close()
    except sqlite3.Error as error:
        raise AppError(
            f"The document is removed, but kept vectors of its passages are not ({reason(error)}).",
            fix="Stop the page and repeat the command.",
        ) from error


def _print_remains(found: Forgotten, log: str, *, document: bool) -> None:
    out.print("What may still hold it:")
    lines = [log, "backups that were made before, until you remove them; so do copies of the whole disk;"]
    if document:
        lines += ["vectors of passages in the memory of a running page, until it ends;"]
        lines += ["questions as people typed them: forget their chats with --chat or --user;"]
    lines += [f"the file itself, {path}: the next ingest of its folder reads it again" for path in found.paths]
    for line in lines:
        out.print(escape(f"- {line}"))
