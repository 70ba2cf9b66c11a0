-- name: kept
-- The model whose vectors are beside those in use, and how many passages have none of it yet.
SELECT next_model AS model, next_dimension AS dimension, vectors_kept AS kept FROM corpus

-- name: missing
SELECT count(*) FROM chunks WHERE embedding_next IS NULL

-- name: bytes
-- Of the vectors that are not searched, with their index.
SELECT coalesce(sum(pg_column_size(embedding_next)), 0)
    + coalesce(pg_relation_size(to_regclass('ix_chunks_embedding_next')), 0)
FROM chunks

-- name: drop
DO $$
BEGIN
    ALTER TABLE chunks DROP COLUMN IF EXISTS embedding_next;
    UPDATE corpus SET next_model = NULL, next_dimension = NULL, vectors_kept = false;
END $$
