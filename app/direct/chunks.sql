-- name: whole
-- Passages by id, with their whole text; deleted ones are left out.
SELECT
    chunks.id AS chunk_id,
    chunks.document_id,
    collections.name AS collection,
    coalesce(nullif(documents.title, ''), documents.name) AS title,
    documents.source_uri,
    documents.media_type,
    documents.name,
    coalesce(documents.modified_at, documents.ingested_at, documents.created_at) AS dated,
    chunks.heading,
    chunks.part_kind,
    chunks.part_first,
    chunks.part_last,
    chunks.part_name,
    chunks.ordinal,
    chunks.start_char,
    chunks.end_char,
    chunks.text
FROM chunks
JOIN documents ON documents.id = chunks.document_id
JOIN collections ON collections.id = documents.collection_id
WHERE chunks.id = ANY(CAST(:chunk_ids AS bigint[]))

-- name: of_document
-- The passages of a document in reading order.
SELECT id, start_char, end_char FROM chunks WHERE document_id = :document_id ORDER BY ordinal

-- name: first_of
-- The first passage of each document.
SELECT document_id, id FROM chunks WHERE document_id = ANY(CAST(:document_ids AS bigint[])) AND ordinal = 0

-- name: text_of
SELECT text, language FROM documents WHERE id = :document_id
