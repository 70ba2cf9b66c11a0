"""The first schema: corpus, documents, chunks with their indexes, uploads, chats, answers, the ledger and the queue.

Revision ID: 0001
Revises: nothing
"""

from pathlib import Path

from alembic import context, op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything; the vector column takes the dimension of the configured embedding model."""
    dimension = int(context.config.attributes["embedding_dimension"])
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8").replace("HALFVEC NOT NULL", "%s NOT NULL")
    driver = op.get_bind().connection.cursor()
    driver.execute(statements % f"HALFVEC({dimension})")  # an int of ours; DDL takes no bound parameters
    driver.execute(SchemaManager.get_schema())
