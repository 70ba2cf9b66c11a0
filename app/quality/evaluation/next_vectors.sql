-- name: state
-- The model that is not searched.
SELECT next_model AS model, (SELECT count(*) FROM chunks) AS passages FROM corpus

-- name: missing
SELECT count(*) FROM chunks WHERE embedding_next IS NULL

-- name: sizes
-- Bytes on disk with the index, in use and beside.
SELECT
    coalesce(sum(pg_column_size(embedding)), 0)
        + coalesce(pg_relation_size(to_regclass('ix_chunks_embedding')), 0) AS now,
    coalesce(sum(pg_column_size(embedding_next)), 0)
        + coalesce(pg_relation_size(to_regclass('ix_chunks_embedding_next')), 0) AS next
FROM chunks

-- name: look_through
-- In this session, and in it alone, `chunks` and `corpus` are views on the other vectors: every statement and function
-- runs as it is, and uses the other index.
DO $$
DECLARE
    home text := current_schema();
    others text := (
        SELECT string_agg(quote_ident(attname), ', ')
        FROM pg_attribute
        WHERE attrelid = 'chunks'::regclass AND attnum > 0 AND NOT attisdropped
            AND attname NOT IN ('embedding', 'embedding_next')
    );
BEGIN
    EXECUTE format(
        'CREATE TEMPORARY VIEW chunks AS SELECT %s, embedding_next AS embedding FROM %I.chunks', others, home
    );
    EXECUTE format(
        'CREATE TEMPORARY VIEW corpus AS SELECT next_model AS embedding_model, next_dimension AS embedding_dimension, '
        'chunker_version FROM %I.corpus', home
    );
END $$
