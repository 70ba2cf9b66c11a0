"""The chunking stage: a Document goes in, chunks that fit the embedding model come out."""
