"""The doctor: is the set-up right, does the vector index find what an exact search finds."""
