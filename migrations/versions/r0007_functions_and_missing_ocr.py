"""Functions from migrations/functions, and a column for documents whose scanned pages wait for tesseract.

Revision ID: 0007
Revises: 0006
"""

from pathlib import Path

from alembic import op

from migrations.functions import create_functions

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements beside this file, then create the functions."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    create_functions()
