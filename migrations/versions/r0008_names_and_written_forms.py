"""Names of documents in the text index, words and values written in several ways, and more columns of the ledger.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

from alembic import op

from migrations.functions import create_functions

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the functions, which the new text index depends on, then run the statements beside this file."""
    create_functions()
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
