-- name: select_server_version
SELECT current_setting('server_version'), current_setting('server_version_num')::int

-- name: select_vector_version
SELECT extversion FROM pg_extension WHERE extname = 'vector'

-- name: select_corpus
-- `outdated` counts the documents that another version of the chunker made.
SELECT
    embedding_model AS model,
    embedding_dimension AS dimension,
    next_model,
    vectors_kept,
    (
        SELECT count(*) FROM documents WHERE sha256 IS NOT NULL AND chunker_version IS DISTINCT FROM :chunker
    ) AS outdated
FROM corpus

-- name: count_documents
SELECT count(*), count(*) FILTER (WHERE status = 'failed'), (SELECT count(*) FROM chunks) FROM documents
