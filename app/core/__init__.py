"""What both roads stand on: domain, errors, settings, database, tables, embedding and models."""
