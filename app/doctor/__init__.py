"""The doctor: checks of every part of an installation, and of the vector index against an exact search."""
