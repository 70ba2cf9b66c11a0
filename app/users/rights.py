"""Rights: what users and groups may do with a collection, and exceptions for single documents."""

from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import Connection, Engine

from app.core.database import transaction
from app.core.errors import AppError, NotFoundError
from app.core.sql import load_queries
from app.users.groups import unknown_group
from app.users.users import unknown_user

_QUERIES = load_queries(__file__)


class Level(IntEnum):
    """What may be done; each level includes those before it."""

    NONE = 0
    READ = 1  # search, open
    WRITE = 2  # upload, move, tag, delete
    ADMIN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """One right as it is stored."""

    collection: str
    document: str  # address of the document it is an exception for; empty: the collection
    user: str
    group: str  # one of user and group is empty
    level: Level


class Rights:
    """The rights of a database. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self, collection: str | None = None) -> tuple[Right, ...]:
        """All rights, or those in one collection: by collection, document and name."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["list_rights"], {"collection": collection}).mappings()
            return tuple(Right(**(dict(row) | {"level": Level(row["level"])})) for row in rows)

    def set(self, collection: str, level: Level, *, user: str = "", group: str = "", document: str = "") -> Right:
        """Give a right, or replace the one there is. document: id, address or file name, for an exception.

        Raises NotFoundError for what does not exist, AppError when a name is that of several documents.
        """
        with transaction(self._engine) as connection:
            key = _resolved(connection, collection, user, group, document)
            connection.execute(_QUERIES["upsert_right"], key | {"level": int(level)})
        return Right(collection=collection, document=str(key["uri"] or ""), user=user, group=group, level=level)

    def unset(self, collection: str, *, user: str = "", group: str = "", document: str = "") -> None:
        """Remove a right or an exception. Raises NotFoundError when there is none."""
        with transaction(self._engine) as connection:
            key = _resolved(connection, collection, user, group, document)
            if connection.execute(_QUERIES["delete_right"], key).rowcount == 0:
                raise NotFoundError("There is no such right.", fix="`python -m app rights list` lists them.")


def _resolved(connection: Connection, collection: str, user: str, group: str, document: str) -> dict[str, object]:
    if bool(user) == bool(group):
        raise AppError("A right is that of one user or of one group.", fix="Give either --user or --group.")
    params = {"collection": collection, "user": user, "group": group, "document": document}
    row = connection.execute(_QUERIES["resolve"], params).one()
    if row.collection_id is None:
        raise NotFoundError(f"There is no collection {collection!r}.", fix="`python -m app rights list` lists them.")
    if user and row.user_id is None:
        raise unknown_user(user)
    if group and row.group_id is None:
        raise unknown_group(group)
    uris = list(row.uris or ())
    if document and not uris:
        raise NotFoundError(
            f"There is no document {document!r} in {collection!r}.", fix="Name its number, its path or its file name."
        )
    if len(uris) > 1:
        raise AppError(f"{document!r} is the name of {len(uris)} documents.", fix="Name the number or the path.")
    return {
        "collection_id": row.collection_id,
        "user_id": row.user_id,
        "group_id": row.group_id,
        "uri": uris[0] if document else None,
    }
