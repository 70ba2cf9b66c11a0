"""Groups of users."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.errors import AppError, NotFoundError
from app.core.sql import load_queries
from app.users.users import unknown_user

EVERYONE = "everyone"  # every user is a member; also named in acting_rights.sql
_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A group with its members."""

    name: str
    members: tuple[str, ...]


class Groups:
    """The groups of a database. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> tuple[Group, ...]:
        """All groups by name."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["list_groups"])
            return tuple(Group(name=row.name, members=tuple(row.members)) for row in rows)

    def add(self, name: str) -> None:
        """Make a group. Raises AppError when there is one of this name."""
        clean = name.strip()
        if not clean or not clean.isprintable():
            raise AppError(f"{name!r} cannot be the name of a group.", fix="Use printable characters.")
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["insert_group"], {"name": clean}).rowcount == 0:
                raise AppError(f"There is a group {clean!r} already.")

    def remove(self, name: str) -> None:
        """Remove a group and its rights; its members stay users. Raises NotFoundError."""
        if name == EVERYONE:
            raise AppError(f"The group {EVERYONE!r} is every user's and stays.")
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["delete_group"], {"name": name}).rowcount == 0:
                raise unknown_group(name)

    def join(self, name: str, user: str) -> None:
        """Make a user a member. Raises NotFoundError."""
        if name == EVERYONE:
            raise AppError(f"Every user is in the group {EVERYONE!r} already.")
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["resolve"], {"group": name, "user": user}).one()
            if row.group_id is None:
                raise unknown_group(name)
            if row.user_id is None:
                raise unknown_user(user)
            connection.execute(_QUERIES["insert_member"], {"group": row.group_id, "user": row.user_id})

    def leave(self, name: str, user: str) -> None:
        """End a membership. Raises NotFoundError when there was none."""
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["delete_member"], {"group": name, "user": user}).rowcount == 0:
                raise NotFoundError(
                    f"{user!r} is not in the group {name!r}.", fix="`python -m app groups list` lists them."
                )


def unknown_group(name: str) -> NotFoundError:
    """The error for a name that no group has."""
    return NotFoundError(f"There is no group {name!r}.", fix="`python -m app groups list` lists them.")
