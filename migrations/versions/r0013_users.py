"""Users, groups, rights, keys, audit, and the policies that a page with users is bound by.

Revision ID: 0013
Revises: 0012
"""

from pathlib import Path

from alembic import op

from migrations.functions import create_functions

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, the functions that read them, then the policies, which call those."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    create_functions()
    cursor.execute(Path(__file__).with_name("r0013_policies.sql").read_text("utf-8"))
