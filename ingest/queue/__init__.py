"""Jobs in PostgreSQL: files and uploads that wait, the worker that runs them, locks and retries."""
