-- name: changed_documents
-- Of an answer's candidates. Answers of earlier versions have no checksum: the time of the last reading decides.
SELECT DISTINCT k.name, k.source_uri, d.id IS NULL AS gone
FROM answers AS a
JOIN candidates AS k ON k.answer_id = a.id
LEFT JOIN documents AS d ON d.id = k.document_id
WHERE a.id = CAST(:id AS uuid)
    AND (d.id IS NULL
        OR (k.document_sha256 IS NOT NULL AND d.sha256 IS DISTINCT FROM k.document_sha256)
        OR (k.document_sha256 IS NULL AND d.ingested_at > a.created_at))
ORDER BY k.source_uri
