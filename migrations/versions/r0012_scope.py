"""Documents have tags, filters take lists, and a chat keeps where it searches and with which model.

Revision ID: 0012
Revises: 0011
"""

from pathlib import Path

from alembic import op

from migrations.functions import create_functions

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements beside this file, then create the functions, which read the new column."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    create_functions()
