"""What the acting user may see is computed once in a transaction, and his groups once in that.

Revision ID: 0017
Revises: 0016
"""

from migrations.functions import create_functions

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the functions up to date."""
    create_functions()
