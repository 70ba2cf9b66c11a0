-- The text index is written again: the words of a passage are now analysed by passage_vector, which also
-- knows their other spellings. That rewrites the table, and the vector index is faster
-- built at once than row by row. A server with little shared memory (a container's 64 MB) cannot build with several
-- processes, and builds with one.
SELECT set_config(
    'maintenance_work_mem', (greatest(pg_size_bytes(current_setting('maintenance_work_mem')), 268435456) / 1024)::text, true
);
DROP INDEX ix_chunks_tsv;
DROP INDEX ix_chunks_embedding;
ALTER TABLE chunks DROP COLUMN tsv;
ALTER TABLE chunks
    ADD COLUMN tsv TSVECTOR STORAGE EXTERNAL GENERATED ALWAYS AS (
        passage_vector(text_config, heading, name, text)
    ) STORED NOT NULL;
CREATE INDEX ix_chunks_tsv ON chunks USING gin (tsv);
DO $$
BEGIN
    CREATE INDEX ix_chunks_embedding ON chunks USING hnsw (embedding halfvec_cosine_ops)
        WITH (m = 24, ef_construction = 128);
EXCEPTION
    WHEN disk_full THEN
        SET LOCAL max_parallel_maintenance_workers = 0;
        CREATE INDEX ix_chunks_embedding ON chunks USING hnsw (embedding halfvec_cosine_ops)
            WITH (m = 24, ef_construction = 128);
END
$$;
SELECT refresh_lexeme_frequencies(100000);
