"""Stage 2 of a document, chunk: a document goes in, chunks that fit the embedder come out."""
