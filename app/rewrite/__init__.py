"""Stage 1, rewrite: a question and the turns before it go in, a query that stands on its own comes out."""
