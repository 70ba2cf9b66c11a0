"""Mailboxes, buckets, WebDAV folders and Git repositories as sources: what a server lists becomes documents."""
