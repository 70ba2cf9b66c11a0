"""People: users with passwords and roles, groups, rights, keys of programs, and the audit."""

from app.users.administration import Administration
from app.users.audit import Audit, AuditRow
from app.users.gate import Gate
from app.users.groups import EVERYONE, Group, Groups
from app.users.keys import KeyRow, Keys
from app.users.limits import Limits
from app.users.protect import protect, require_bound
from app.users.rights import Level, Right, Rights
from app.users.users import Role, User, Users

__all__ = [
    "EVERYONE",
    "Administration",
    "Audit",
    "AuditRow",
    "Gate",
    "Group",
    "Groups",
    "KeyRow",
    "Keys",
    "Level",
    "Limits",
    "Right",
    "Rights",
    "Role",
    "User",
    "Users",
    "protect",
    "require_bound",
]
