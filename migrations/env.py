"""Alembic's entry: migrates the engine handed over by app.core.database, or the configured database."""

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from app.core.database import connect
from app.core.settings import load_settings
from migrations.tables import metadata

_WHILE_RE_EMBEDDING = ("embedding_next", "ix_chunks_embedding_next")


def ours(_item: SchemaItem, name: str | None, kind: str, reflected: bool, _compared: SchemaItem | None) -> bool:
    """procrastinate manages its own tables, re-embedding its column; everything else must match migrations.tables."""
    if reflected and name in _WHILE_RE_EMBEDDING:
        return False
    return not (kind == "table" and reflected and (name or "").startswith("procrastinate_"))


def migrate(connection: Connection) -> None:
    """Run on an open connection; alembic's own transaction makes a failed migration leave nothing behind."""
    context.configure(connection=connection, target_metadata=metadata, include_object=ours)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = connect(load_settings())
    with engine.connect() as own:
        migrate(own)
        own.commit()
    engine.dispose()
