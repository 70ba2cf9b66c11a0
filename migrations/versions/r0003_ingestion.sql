-- Ingestion: jobs of files, their states and timings, a second embedding while a corpus is re-embedded.

-- Chunker versions: a document remembers the chunker that cut it, so that a newer one cuts it anew on the next ingest.
ALTER TABLE documents ADD COLUMN chunker_version TEXT;
UPDATE documents SET chunker_version = coalesce((SELECT chunker_version FROM corpus), '1') WHERE sha256 IS NOT NULL;

-- Re-embedding: the model whose vectors are filled in beside those that serve; the column for them exists meanwhile.
ALTER TABLE corpus ADD COLUMN next_model TEXT, ADD COLUMN next_dimension INTEGER;
