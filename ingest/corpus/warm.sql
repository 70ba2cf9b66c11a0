-- name: passages
SELECT count(*)
FROM chunks JOIN documents ON documents.id = chunks.document_id JOIN collections ON collections.id = documents.collection_id
WHERE CAST(:collection AS text) IS NULL OR collections.name = :collection

-- name: next
-- Passages with what the reranker reads before them, newest documents first: what came last is searched first.
SELECT chunks.id, documents.source_uri AS uri, documents.name,
    coalesce(nullif(documents.title, ''), documents.name) AS title, chunks.heading, chunks.text
FROM chunks JOIN documents ON documents.id = chunks.document_id JOIN collections ON collections.id = documents.collection_id
WHERE chunks.id < :before AND (CAST(:collection AS text) IS NULL OR collections.name = :collection)
ORDER BY chunks.id DESC
LIMIT :limit
