"""The database schema: forward-only Alembic revisions, the functions, and the tables they result in."""
