"""`key`: the key that programs send to the routes of the running server."""

from typing import Annotated

import typer

from app.commands.console import report
from app.core.settings import load_settings
from app.http.key import new_key, read_key


def key(
    new: Annotated[bool, typer.Option("--new", help="Replace the key; programs need the new one.")] = False,
) -> None:
    """Show the key for programs."""
    data_dir = load_settings().data_dir
    if new:
        typer.echo(new_key(data_dir))
        report("A running server keeps the old key until it is started again")
    else:
        typer.echo(read_key(data_dir))
