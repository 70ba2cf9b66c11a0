"""Ingestion under fire: workers and the server killed at random moments while a corpus changes and searches run."""
