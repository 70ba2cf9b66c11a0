"""One word and one value, written in two ways: the full-text functions and the index again.

Revision ID: 0010
Revises: 0009
"""

from pathlib import Path

from alembic import op

from migrations.functions import create_functions

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the functions, which the new text index depends on, then run the statements beside this file."""
    create_functions()
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
