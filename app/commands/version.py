"""`version`: the version of this program."""

from importlib import metadata

from app.commands.console import out


def version() -> None:
    """Print the version."""
    out.print(metadata.version("foremost"))
