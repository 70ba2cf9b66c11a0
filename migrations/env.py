"""Alembic's entry point: migrates the connection passed by app.core.database, or the configured database."""

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from app.core.database import connect
from app.core.settings import load_settings
from migrations.tables import metadata

_OF_REEMBEDDING = ("embedding_next", "ix_chunks_embedding_next")


def ours(_item: SchemaItem, name: str | None, kind: str, reflected: bool, _compared: SchemaItem | None) -> bool:
    """Whether an object must match migrations.tables: procrastinate's tables and re-embedding's column need not."""
    if reflected and name in _OF_REEMBEDDING:
        return False
    return not (kind == "table" and reflected and (name or "").startswith("procrastinate_"))


def migrate(connection: Connection) -> None:
    """Run on an open connection; Alembic's transaction undoes a failed migration."""
    context.configure(connection=connection, target_metadata=metadata, include_object=ours)
    with context.begin_transaction():
        context.run_migrations()


passed = context.config.attributes.get("connection")
if passed is not None:
    migrate(passed)
else:
    engine = connect(load_settings())
    with engine.connect() as connection:
        migrate(connection)
        connection.commit()
    engine.dispose()
