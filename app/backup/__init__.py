"""Backup and restore: everything of a database in one file, consistent, checked when it comes back."""
