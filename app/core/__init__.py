"""The ground both roads stand on: domain, errors, settings, SQL, database, models."""
