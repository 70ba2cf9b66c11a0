-- name: select_server_version
SELECT current_setting('server_version'), current_setting('server_version_num')::int

-- name: select_vector_version
SELECT extversion FROM pg_extension WHERE extname = 'vector'

-- name: select_corpus
SELECT embedding_model, embedding_dimension FROM corpus

-- name: count_documents
SELECT count(*), count(*) FILTER (WHERE status = 'failed'), (SELECT count(*) FROM chunks) FROM documents
