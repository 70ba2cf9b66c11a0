-- name: documents
-- What documents that a search reads are called.
SELECT documents.id, documents.name, documents.title, documents.source_uri, documents.sha256, documents.language
FROM documents_that_meet(CAST(:filters AS jsonb)) AS wanted
JOIN documents ON documents.id = wanted.id
JOIN collections ON collections.id = documents.collection_id
WHERE documents.status = 'ready'
    AND (CAST(:collection AS text) IS NULL OR collections.name = CAST(:collection AS text))
ORDER BY documents.name, documents.id

-- name: kept
-- The summary of the document as it is, as long as its passages are the same ones.
SELECT text, chunk_ids, created_at
FROM document_summaries
WHERE document_id = :document_id AND model = :model AND kind = :kind AND language = :language AND sha256 = :sha256
    AND NOT EXISTS (
        SELECT FROM jsonb_array_elements_text(chunk_ids) AS one
        WHERE NOT EXISTS (SELECT FROM chunks WHERE chunks.id = CAST(one AS bigint))
    )

-- name: keep
INSERT INTO document_summaries (document_id, model, kind, language, sha256, text, chunk_ids)
SELECT id, :model, :kind, :language, :sha256, :text, CAST(:chunk_ids AS jsonb)
FROM documents
WHERE id = :document_id AND sha256 = :sha256
ON CONFLICT (document_id, model, kind, language) DO UPDATE
SET sha256 = EXCLUDED.sha256, text = EXCLUDED.text, chunk_ids = EXCLUDED.chunk_ids, created_at = now()
