"""The ingestion road: a file goes in, searchable chunks come out."""
