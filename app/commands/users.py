"""`users` and `groups`: who may sign in to the page, and which groups they are in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import Engine

from app.bootstrap import open_database
from app.commands.console import out, report
from app.commands.tables import make_table, print_table
from app.core.errors import AppError, NotFoundError
from app.core.settings import load_settings
from app.forget import Forget
from app.users import Groups, Role, Users
from app.users import protect as protect_database

users = typer.Typer(help="Users of the page.", no_args_is_help=True, rich_markup_mode=None)
groups = typer.Typer(help="Groups of users.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="Name of the user.", show_default=False)]
GroupName = Annotated[str, typer.Argument(help="Name of the group.", show_default=False)]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@contextmanager
def opened() -> Iterator[Engine]:
    """The configured database, as its owner."""
    with open_database(load_settings(), report=report) as engine:
        yield engine


@users.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the user may do at most.")] = Role.READER,
    password_stdin: Stdin = False,
) -> None:
    """Add a user. With the first one, an administrator, the page asks everybody to sign in."""
    with opened() as engine:
        store = Users(engine)
        first = not store.any()
        if first and role is not Role.ADMIN:
            raise AppError("The first user must be an administrator.", fix="Add --role admin.")
        password = _password(password_stdin)
        notices = protect_database(engine)  # before there is a user: what cannot be protected gets none
        taken = store.add(name, password, role=role)
    for notice in notices if first else ():
        report(notice)
    out.print(escape(f"Added {name} ({role.value})."))
    if taken:
        out.print(f"The {taken:,} chats so far are now those of this user.")
    if first:
        out.print("Restart the page: from then on it asks for a name and a password.")
    if role is not Role.ADMIN:
        out.print(escape(f"What {name} may read is given by: python -m app rights set COLLECTION read --user {name}"))


@users.command(name="list")
def list_users() -> None:
    """All users."""
    with opened() as engine:
        rows = Users(engine).list()
    names = ("name", "role", "groups", "keys", "chats")
    table = make_table(names, left=("name", "role", "groups"))
    for row in rows:
        table.add_row(escape(row.name), row.role.value, escape(", ".join(row.groups)), f"{row.keys}", f"{row.chats:,}")
    print_table(table)


@users.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Remove a user with his keys, rights, chats and answers. Documents stay."""
    if not yes:
        typer.confirm(f"Remove {name} with all his chats?", abort=True)
    with opened() as engine:
        Users(engine).require_removable(name)
        try:
            Forget(engine).user(name)
        except NotFoundError:
            report(f"{name} has no chats")
        Users(engine).remove(name)
    out.print(escape(f"Removed {name}."))


@users.command()
def reset(
    name: Name,
    role: Annotated[Role | None, typer.Option(help="Give this role, and leave the password.")] = None,
    password_stdin: Stdin = False,
) -> None:
    """Give a user a new password, or with --role another role. Sessions end within half a minute."""
    with opened() as engine:
        password = _password(password_stdin) if password_stdin or role is None else ""
        Users(engine).reset(name, password=password, role=role)
    out.print(escape(f"Changed {name}."))


@users.command()
def protect() -> None:
    """Turn row-level security on again where it is not, for example after a restore."""
    with opened() as engine:
        for notice in protect_database(engine):
            report(notice)
    out.print("Row-level security is on.")


@groups.command(name="list")
def list_groups() -> None:
    """All groups with their members."""
    with opened() as engine:
        for group in Groups(engine).list():
            out.print(escape(f"{group.name}: {', '.join(group.members) or '-'}"))


@groups.command(name="add")
def add_group(name: GroupName) -> None:
    """Make a group."""
    with opened() as engine:
        Groups(engine).add(name)
    out.print(escape(f"Added the group {name}."))


@groups.command(name="remove")
def remove_group(name: GroupName) -> None:
    """Remove a group and its rights. Its members stay users."""
    with opened() as engine:
        Groups(engine).remove(name)
    out.print(escape(f"Removed the group {name}."))


@groups.command()
def join(group: GroupName, user: Name) -> None:
    """Make a user a member of a group."""
    with opened() as engine:
        Groups(engine).join(group, user)
    out.print(escape(f"{user} is in {group}."))


@groups.command()
def leave(group: GroupName, user: Name) -> None:
    """Take a user out of a group."""
    with opened() as engine:
        Groups(engine).leave(group, user)
    out.print(escape(f"{user} is no longer in {group}."))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
