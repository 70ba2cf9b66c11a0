"""The schema and nothing but the schema: forward-only Alembic revisions."""
