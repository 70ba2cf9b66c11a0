"""`chats`: the kept chats as a list, as text, as files; and their deletion."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import open_database
from app.chats import Chats
from app.commands.console import JsonOption, out, report
from app.core.errors import AppError, NotFoundError
from app.core.settings import load_settings
from app.present.export import as_markdown, file_name

chats = typer.Typer(help="Kept chats: list, show, export, delete.", no_args_is_help=True, rich_markup_mode=None)
ChatArgument = Annotated[str, typer.Argument(help="Id of a chat as `chats list` shows it.", show_default=False)]
OwnerOption = Annotated[str, typer.Option(help="Login name of the page; empty for a page without login.")]


@chats.command(name="list")
def list_chats(
    words: Annotated[str, typer.Argument(help="Only chats whose questions or answers hold these words.")] = "",
    owner: OwnerOption = "",
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """The chats, the one with the latest answer first."""
    with open_database(load_settings(), report=report) as engine:
        rows = Chats(engine).page(owner=owner, words=words, limit=limit)
    if as_json:
        views = [
            {
                "id": row.id,
                "title": row.title,
                "updated_at": row.updated_at.isoformat(),
                "answer": row.answer_id or None,
            }
            for row in rows
        ]
        out.print_json(json.dumps(views))
        return
    for row in rows:
        out.print(f"{row.id} [dim]{row.updated_at.astimezone():%Y-%m-%d %H:%M}[/] {escape(row.title)}")
    report(f"{len(rows)} chat{'' if len(rows) == 1 else 's'}")


@chats.command()
def show(chat: ChatArgument, owner: OwnerOption = "") -> None:
    """A chat as Markdown, with the verdict and the sources of each answer."""
    with open_database(load_settings(), report=report) as engine:
        row, answers = Chats(engine).load(chat, owner=owner)
    typer.echo(as_markdown(row.title, answers), nl=False)


@chats.command()
def export(
    chat: ChatArgument,
    to: Annotated[Path | None, typer.Option(help="The file; without it, one named after the chat.")] = None,
    owner: OwnerOption = "",
) -> None:
    """Write a chat to a Markdown file; an existing file is kept."""
    with open_database(load_settings(), report=report) as engine:
        row, answers = Chats(engine).load(chat, owner=owner)
    path = to or Path(file_name(row.title))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(as_markdown(row.title, answers))
    except OSError as error:
        raise AppError(f"{path} cannot be written: {error.strerror}.", fix="Choose another file with --to.") from error
    out.print(escape(str(path)))


@chats.command()
def delete(
    chat: Annotated[str, typer.Argument(help="Id of a chat; without it, give --all.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every chat of the owner.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    owner: OwnerOption = "",
) -> None:
    """Delete a chat, or all, with every answer and kept passage."""
    if bool(chat) == everything:
        raise typer.BadParameter("Give either a chat or --all.")
    with open_database(load_settings(), report=report) as engine:
        store = Chats(engine)
        if chat:
            store.load(chat, owner=owner)
        contents = store.contents(chat or None, owner=owner)
        if not yes:
            typer.confirm(f"Delete {contents.line}?", abort=True)
        deleted = store.delete(chat or None, owner=owner)
    out.print(f"Deleted: {deleted.line}.")


@chats.command()
def forget(
    document: Annotated[str, typer.Argument(help="Name, address or id of a document, also of a deleted one.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Remove a document's words from every kept answer; what the model wrote stays."""
    with open_database(load_settings(), report=report) as engine:
        store = Chats(engine)
        found = store.documents_named(document)
        if not found:
            raise NotFoundError(
                f"No kept answer has passages of {document}.", fix="Give its name as the answer's sources show it."
            )
        if len(found) > 1:
            ids = ", ".join(map(str, found))
            raise AppError(f"{len(found)} documents are named {document}.", fix=f"Give one of the ids: {ids}.")
        (document_id,) = found
        count = store.answers_with(document_id)
        answers = f"{count} kept answer{'' if count == 1 else 's'}"
        if not yes:
            typer.confirm(f"Remove the words of {found[document_id] or document} from {answers}?", abort=True)
        store.remove_words(document_id)
    out.print(f"Removed from {answers}.")
