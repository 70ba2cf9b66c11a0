-- Ingestion: jobs of files, their states and timings, a second embedding while a corpus is re-embedded.

-- Chunker versions: a document remembers the chunker that cut it, so that a newer one cuts it anew on the next ingest.
ALTER TABLE documents ADD COLUMN chunker_version TEXT;
UPDATE documents SET chunker_version = coalesce((SELECT chunker_version FROM corpus), '1') WHERE sha256 IS NOT NULL;

-- Re-embedding: the model whose vectors are filled in beside those that serve; the column for them exists meanwhile.
ALTER TABLE corpus ADD COLUMN next_model TEXT, ADD COLUMN next_dimension INTEGER;

-- Files: what was last read of a document's file, whatever came of it, so that an unchanged file is not read again;
-- members of an archive hang on the archive's own document.
ALTER TABLE documents
    ADD COLUMN container_id BIGINT REFERENCES documents (id) ON DELETE CASCADE,
    ADD COLUMN file_bytes BIGINT,
    ADD COLUMN file_modified_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN tried_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE documents RENAME CONSTRAINT documents_container_id_fkey TO fk_documents_container_id_documents;
UPDATE documents SET file_bytes = byte_count, file_modified_at = modified_at, tried_at = ingested_at
WHERE sha256 IS NOT NULL AND NOT starts_with(source_uri, 'upload:');
CREATE INDEX ix_documents_container_id ON documents (container_id);
CREATE INDEX ix_documents_tried_at ON documents (tried_at);

-- Jobs: taking one looks for others with its lock; without this index that look reads the whole queue.
CREATE INDEX ix_jobs_lock ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing');
