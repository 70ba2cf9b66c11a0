"""Kill test: workers and the server are killed at random moments while a corpus changes and searches run."""
