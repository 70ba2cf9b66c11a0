"""The queue in PostgreSQL: jobs for files and uploads, the worker that runs them, locks and retries."""
