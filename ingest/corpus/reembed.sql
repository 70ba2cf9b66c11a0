-- name: acquire
-- One re-embedding at a time; held until the session ends, however it ends.
SELECT pg_try_advisory_lock(:key)

-- name: release
SELECT pg_advisory_unlock(:key)

-- name: corpus
SELECT embedding_model, embedding_dimension, next_model, next_dimension, vectors_kept FROM corpus

-- name: lock_timeout
-- For this transaction: searches wait behind a transaction that waits for the table, so this one must not wait long.
SELECT set_config('lock_timeout', :milliseconds, true)

-- name: claim
UPDATE corpus SET next_model = :model, next_dimension = :dimension, vectors_kept = false

-- name: add_column
-- The dimension is a setting of the transaction: DDL statements take no parameters.
DO $$
BEGIN
    EXECUTE format(
        'ALTER TABLE chunks ADD COLUMN embedding_next halfvec(%s) STORAGE EXTERNAL',
        CAST(current_setting('foremost.dimension') AS integer)
    );
END $$

-- name: recreate_column
-- Nothing is stored: the column gets the other dimension at once.
DO $$
BEGIN
    ALTER TABLE chunks DROP COLUMN embedding;
    EXECUTE format(
        'ALTER TABLE chunks ADD COLUMN embedding halfvec(%s) STORAGE EXTERNAL NOT NULL',
        CAST(current_setting('foremost.dimension') AS integer)
    );
    CREATE INDEX ix_chunks_embedding
        ON chunks USING hnsw (embedding halfvec_cosine_ops) WITH (m = 24, ef_construction = 128);
END $$

-- name: set_dimension
SELECT set_config('foremost.dimension', :dimension, true)

-- name: counts
SELECT count(*) AS passages, count(embedding_next) AS done FROM chunks

-- name: passages
SELECT count(*) FROM chunks

-- name: is_empty
SELECT NOT EXISTS (SELECT FROM chunks)

-- name: missing
-- Text, heading, title and name of passages without a new vector, in the order of their ids.
SELECT chunks.id, chunks.text, chunks.heading, documents.title, documents.source_uri, documents.name
FROM chunks JOIN documents ON documents.id = chunks.document_id
WHERE chunks.id > :after AND chunks.embedding_next IS NULL
ORDER BY chunks.id
LIMIT :limit

-- name: stage
CREATE TEMPORARY TABLE IF NOT EXISTS new_vectors (id bigint PRIMARY KEY, embedding halfvec NOT NULL)
ON COMMIT DELETE ROWS

-- name: copy
COPY new_vectors (id, embedding) FROM STDIN (FORMAT BINARY)

-- name: fill
-- Passages that another transaction is replacing are skipped: they are deleted, or the next pass embeds them.
WITH free AS MATERIALIZED (
    SELECT chunks.id
    FROM chunks JOIN new_vectors ON new_vectors.id = chunks.id
    ORDER BY chunks.id
    FOR UPDATE OF chunks SKIP LOCKED
)
UPDATE chunks
SET embedding_next = new_vectors.embedding
FROM new_vectors JOIN free ON free.id = new_vectors.id
WHERE chunks.id = new_vectors.id

-- name: mark_outdated
-- Documents with passages longer than this model reads: they are to be chunked again for it.
UPDATE documents SET chunker_version = NULL
WHERE chunker_version IS NOT NULL AND id IN (SELECT document_id FROM chunks WHERE id = ANY(:ids))

-- name: broken_index
-- Left by a build that was interrupted.
SELECT EXISTS (
    SELECT FROM pg_index WHERE indexrelid = to_regclass('ix_chunks_embedding_next') AND NOT indisvalid
)

-- name: drop_index
DROP INDEX IF EXISTS ix_chunks_embedding_next

-- name: index_memory
SELECT
    set_config(
        'maintenance_work_mem',
        CAST(greatest(pg_size_bytes(current_setting('maintenance_work_mem')), 268435456) / 1024 AS text),
        false
    ),
    set_config('max_parallel_maintenance_workers', :workers, false)

-- name: build_index
-- Without blocking searches and ingestion; with the parameters of the index it will replace.
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_chunks_embedding_next
ON chunks USING hnsw (embedding_next halfvec_cosine_ops) WITH (m = 24, ef_construction = 128)

-- name: index_progress
SELECT tuples_done, tuples_total FROM pg_stat_progress_create_index WHERE relid = 'chunks'::regclass

-- name: stop_writers
-- Waits for documents being stored; others wait for this transaction; searches continue.
LOCK TABLE chunks IN SHARE ROW EXCLUSIVE MODE

-- name: stop_readers
LOCK TABLE chunks IN ACCESS EXCLUSIVE MODE

-- name: switch
-- The columns change places, so that the way back is the same again: what was searched until now is kept as the other.
DO $$
BEGIN
    ALTER TABLE chunks ALTER COLUMN embedding DROP NOT NULL;
    ALTER TABLE chunks RENAME COLUMN embedding TO embedding_before;
    ALTER TABLE chunks RENAME COLUMN embedding_next TO embedding;
    ALTER TABLE chunks RENAME COLUMN embedding_before TO embedding_next;
    ALTER TABLE chunks ALTER COLUMN embedding SET NOT NULL;
    ALTER INDEX ix_chunks_embedding RENAME TO ix_chunks_embedding_before;
    ALTER INDEX ix_chunks_embedding_next RENAME TO ix_chunks_embedding;
    ALTER INDEX ix_chunks_embedding_before RENAME TO ix_chunks_embedding_next;
    UPDATE corpus
    SET embedding_model = next_model, embedding_dimension = next_dimension,
        next_model = embedding_model, next_dimension = embedding_dimension, vectors_kept = true;
END $$
