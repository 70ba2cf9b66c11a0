"""Users: a name, the hash of a password, a role."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine

from app.core.database import transaction
from app.core.errors import AppError, NotFoundError
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_LONGEST_NAME = 100
_SHORTEST_PASSWORD = 8
_HASHER = PasswordHasher()  # argon2id with the library's parameters, which it keeps up to date


class Role(StrEnum):
    """What a user may do at most: read; change what his rights allow; everything, users and rights included."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A user, without the password."""

    name: str
    role: Role
    groups: tuple[str, ...]
    keys: int
    chats: int
    created_at: datetime


class Users:
    """The users of a database. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def _nobody(self) -> str:
        """Compared with for a name that is unknown, so that it takes as long."""
        return _HASHER.hash("a password of nobody")

    def any(self) -> bool:
        """Whether there are users, so that the page needs a sign-in."""
        with transaction(self._engine) as connection:
            return bool(connection.scalar(_QUERIES["any_user"]))

    def list(self) -> tuple[User, ...]:
        """All users by name."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["list_users"]).mappings()
            return tuple(
                User(**(dict(row) | {"role": Role(row["role"]), "groups": tuple(row["groups"])})) for row in rows
            )

    def add(self, name: str, password: str, *, role: Role) -> int:
        """Add a user; returns how many chats of nobody he takes over, which only the first user does.

        The first user must be an administrator. Raises AppError for a name or a password that cannot be used.
        """
        clean = _clean_name(name)
        first = not self.any()
        if first and role is not Role.ADMIN:
            raise AppError("The first user must be an administrator.", fix="Add --role admin.")
        row = {"name": clean, "password_hash": _hashed(password), "role": role.value}
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["insert_user"], row).rowcount == 0:
                raise AppError(
                    f"There is a user {clean!r} already.", fix="`python -m app users reset` gives a new password."
                )
            return connection.execute(_QUERIES["take_chats"], row).rowcount if first else 0

    def require_removable(self, name: str) -> None:
        """Raise NotFoundError for an unknown user, and AppError for the last administrator among other users."""
        if name not in [user.name for user in self.list()]:
            raise unknown_user(name)
        self._keep_an_admin(name)

    def remove(self, name: str) -> None:
        """Remove a user with his keys, rights, and answers outside of chats. Raises as require_removable()."""
        self.require_removable(name)
        with transaction(self._engine) as connection:
            for query in ("delete_answers", "delete_golden", "keep_golden", "keep_uploads", "delete_user"):
                connection.execute(_QUERIES[query], {"name": name})

    def reset(self, name: str, *, password: str = "", role: Role | None = None) -> None:
        """Give a user another password, another role or both; his sessions end. Raises NotFoundError."""
        if role is not None and role is not Role.ADMIN:
            self._keep_an_admin(name)
        values = {"password_hash": _hashed(password) if password else None, "role": role.value if role else None}
        self._changed("update_user", name, **values)

    def check(self, name: str, password: str) -> bool:
        """Whether this is the password of a user; an unknown name takes as long as a wrong password."""
        with transaction(self._engine) as connection:
            stored = connection.scalar(_QUERIES["select_hash"], {"name": name})
        try:
            _HASHER.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        if stored is None:
            return False
        if _HASHER.check_needs_rehash(stored):
            with transaction(self._engine) as connection:
                connection.execute(_QUERIES["rehash"], {"name": name, "password_hash": _HASHER.hash(password)})
        return True

    def changed_at(self, name: str) -> datetime:
        """When password or role of a user was set last; for an unknown one the end of time."""
        with transaction(self._engine) as connection:
            moment: datetime | None = connection.scalar(_QUERIES["select_changed_at"], {"name": name})
        return moment or datetime.max.replace(tzinfo=UTC)

    def _changed(self, query: str, name: str, **values: str | None) -> None:
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES[query], {"name": name} | values).rowcount == 0:
                raise unknown_user(name)

    def _keep_an_admin(self, name: str) -> None:
        others = [user for user in self.list() if user.name != name]
        if others and not any(user.role is Role.ADMIN for user in others):
            raise AppError(
                f"{name!r} is the last administrator.",
                fix="Make another user one first: users reset NAME --role admin.",
            )


def unknown_user(name: str) -> NotFoundError:
    """The error for a name that no user has."""
    return NotFoundError(f"There is no user {name!r}.", fix="`python -m app users list` lists them.")


def _hashed(password: str) -> str:
    if len(password) < _SHORTEST_PASSWORD:
        raise AppError(f"The password has fewer than {_SHORTEST_PASSWORD} characters.", fix="Choose a longer one.")
    return _HASHER.hash(password)


def _clean_name(name: str) -> str:
    clean = name.strip()
    if not clean or len(clean) > _LONGEST_NAME or not clean.isprintable():
        raise AppError(f"{name!r} cannot be the name of a user.", fix=f"Use 1 to {_LONGEST_NAME} printable characters.")
    return clean
