"""Work on a whole corpus: re-embedding, re-chunking, and public test sets."""
