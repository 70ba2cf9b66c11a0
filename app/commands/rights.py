"""`rights`, `keys` and `audit`: what users may see and change, keys of programs, and who did what."""

from typing import Annotated

import typer
from rich.markup import escape

from app.commands.console import out
from app.commands.tables import make_table, print_table
from app.commands.users import opened
from app.core.errors import QuestionError
from app.users import Audit, Keys, Level, Rights

rights = typer.Typer(help="Rights of users and groups.", no_args_is_help=True, rich_markup_mode=None)
keys = typer.Typer(help="Keys of programs, each of one user.", no_args_is_help=True, rich_markup_mode=None)
Collection = Annotated[str, typer.Argument(help="Name of the collection.", show_default=False)]
UserOption = Annotated[str, typer.Option(help="Of this user.")]
GroupOption = Annotated[str, typer.Option(help='Of this group; "everyone" is every user.')]
DocumentOption = Annotated[str, typer.Option(help="An exception for this document: its id, address or file name.")]
_LEVELS = ", ".join(level.name.lower() for level in Level)


@rights.command(name="set")
def set_right(
    collection: Collection,
    level: Annotated[str, typer.Argument(help=f"One of {_LEVELS}.", show_default=False)],
    user: UserOption = "",
    group: GroupOption = "",
    document: DocumentOption = "",
) -> None:
    """Give a right to a collection, or an exception for one of its documents."""
    if level.upper() not in Level.__members__:
        raise QuestionError(f"There is no level {level!r}.", fix=f"Use one of {_LEVELS}.")
    with opened() as engine:
        right = Rights(engine).set(collection, Level[level.upper()], user=user, group=group, document=document)
    where = f"{right.document} in {collection}" if right.document else collection
    out.print(escape(f"{user or group}: {level.lower()} for {where}."))


@rights.command()
def unset(
    collection: Collection, user: UserOption = "", group: GroupOption = "", document: DocumentOption = ""
) -> None:
    """Remove a right or an exception."""
    with opened() as engine:
        Rights(engine).unset(collection, user=user, group=group, document=document)
    out.print("Removed.")


@rights.command(name="list")
def list_rights(
    collection: Annotated[str | None, typer.Argument(help="Only this collection.")] = None,
) -> None:
    """All rights and exceptions."""
    with opened() as engine:
        rows = Rights(engine).list(collection)
    names = ("collection", "document", "user", "group", "level")
    table = make_table(names, left=names)
    for row in rows:
        table.add_row(*map(escape, (row.collection, row.document, row.user, row.group, row.level.name.lower())))
    print_table(table)


@keys.command(name="add")
def add_key(
    user: Annotated[str, typer.Argument(help="The user it acts for.", show_default=False)],
    scope: Annotated[str, typer.Option(help="What it reaches at most: read, write or admin.")] = "read",
    days: Annotated[int | None, typer.Option(min=1, help="It expires after so many days.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Make a key. It is shown this once."""
    with opened() as engine:
        typer.echo(Keys(engine).add(user, name=name, scope=scope, days=days))


@keys.command(name="list")
def list_keys() -> None:
    """All keys, without their text."""
    with opened() as engine:
        rows = Keys(engine).list()
    names = ("id", "user", "name", "scope", "expires")
    table = make_table(names, left=names[1:])
    for row in rows:
        expires = f"{row.expires_at.astimezone():%Y-%m-%d %H:%M}" if row.expires_at else "never"
        table.add_row(str(row.id), escape(row.user), escape(row.name), row.scope, expires)
    print_table(table)


@keys.command(name="remove")
def remove_key(number: Annotated[int, typer.Argument(help="Id as `keys list` shows it.", show_default=False)]) -> None:
    """Remove a key."""
    with opened() as engine:
        Keys(engine).remove(number)
    out.print(f"Removed key {number}.")


def audit(
    user: Annotated[str, typer.Option(help="Only what this user did.")] = "",
    action: Annotated[str, typer.Option(help='Only actions that begin so, for example "changed".')] = "",
    limit: Annotated[int, typer.Option(min=1, help="Lines at most.")] = 50,
    keep: Annotated[int | None, typer.Option(min=1, help="First remove what is older than so many days.")] = None,
) -> None:
    """Who did what, the latest first."""
    with opened() as engine:
        store = Audit(engine)
        if keep is not None:
            out.print(f"Removed {store.prune(days=keep):,} lines.")
        rows = store.rows(actor=user, action=action, limit=limit)
    names = ("at", "who", "what", "which", "from")
    table = make_table(names, left=names)
    for row in rows:
        moment = f"{row.at.astimezone():%Y-%m-%d %H:%M:%S}"
        table.add_row(moment, *map(escape, (row.actor, row.action, row.subject, row.address)))
    print_table(table)
