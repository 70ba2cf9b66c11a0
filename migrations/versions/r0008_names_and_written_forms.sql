-- The name by which a document is searched stands with each of its passages: the last folder and the file's name. In an
-- archive the folder may be the archive itself, whose address ends in "!".
ALTER TABLE chunks ADD COLUMN name TEXT STORAGE MAIN DEFAULT '' NOT NULL;
UPDATE chunks
SET name = concat_ws('/', rtrim(substring(documents.source_uri FROM '([^/\\]+)[/\\][^/\\]+$'), '!'), documents.name)
FROM documents
WHERE documents.id = chunks.document_id;

-- The text index is written again: search_vector has changed. That rewrites the table, and the vector index is faster
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
        setweight(search_vector(text_config, heading), 'A') || setweight(search_vector(text_config, name_words(name)), 'B')
        || search_vector(text_config, text)
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

-- The ledger keeps the name and the date of a candidate's document, and why the candidate was moved. New columns of a
-- view come last.
ALTER TABLE candidates
    ADD COLUMN name TEXT DEFAULT '' NOT NULL,
    ADD COLUMN dated TIMESTAMP WITH TIME ZONE,
    ADD COLUMN reason TEXT DEFAULT '' NOT NULL;
CREATE OR REPLACE VIEW ledger_candidates AS
SELECT
    c.answer_id,
    a.created_at,
    a.question,
    c.final_rank,
    c.fused_rank,
    c.vector_rank,
    c.text_rank,
    c.vector_distance,
    c.text_score,
    c.fused_score,
    c.logit,
    c.rerank_score AS combined_score,
    c.fused_rank - c.final_rank AS lifted_by,
    CASE WHEN c.cited THEN 'cited' ELSE c.fate END AS fate,
    c.fate_detail,
    c.passage_number,
    c.title,
    c.heading,
    c.part_kind,
    c.part_first,
    c.part_last,
    c.collection,
    c.source_uri,
    c.document_id,
    c.chunk_id,
    c.ordinal,
    c.start_char,
    c.end_char,
    c.text,
    c.name,
    c.dated,
    c.reason
FROM candidates AS c
JOIN answers AS a ON a.id = c.answer_id;
