"""What administrators do about people from the page: each call is refused to everybody else."""

import secrets

from sqlalchemy import Engine

from app.core.acting import acting_as_owner
from app.users.audit import Audit, AuditRow
from app.users.gate import Gate
from app.users.groups import Group, Groups
from app.users.users import Role, User, Users

_AUDIT_ROWS = 200
_PASSWORD_BYTES = 12  # 16 characters


class Administration:
    """Users, groups and the audit for the acting administrator. Raises RightsError for anybody else, DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._gate, self._users = Gate(engine), Users(engine)
        self._groups, self._audit = Groups(engine), Audit(engine)

    def users(self) -> tuple[User, ...]:
        """All users. Policies hide other people's chats from administrators, so the owner counts them."""
        self._gate.require_admin()
        with acting_as_owner():
            return self._users.list()

    def groups(self) -> tuple[Group, ...]:
        """All groups with their members."""
        self._gate.require_admin()
        return self._groups.list()

    def audit(self, user: str = "") -> tuple[AuditRow, ...]:
        """The latest lines of the audit, newest first; of one user when named."""
        self._gate.require_admin()
        return self._audit.rows(actor=user, limit=_AUDIT_ROWS)

    def add(self, name: str, *, role: Role, password: str = "") -> str:
        """Add a user; returns the password, a drawn one when none is given. Raises AppError."""
        self._gate.require_admin()
        chosen = password or secrets.token_urlsafe(_PASSWORD_BYTES)
        self._users.add(name, chosen, role=role)
        return chosen

    def set_role(self, name: str, role: Role) -> None:
        """Give a user another role; his sessions end. Raises NotFoundError, AppError for the last administrator."""
        self._gate.require_admin()
        self._users.reset(name, role=role)

    def reset_password(self, name: str, password: str = "") -> str:
        """Give a user another password and return it, a drawn one when none is given. Raises NotFoundError."""
        self._gate.require_admin()
        chosen = password or secrets.token_urlsafe(_PASSWORD_BYTES)
        self._users.reset(name, password=chosen)
        return chosen
