-- name: outdated
-- Without members of an archive: they are chunked again with it.
SELECT id FROM documents
WHERE sha256 IS NOT NULL AND container_id IS NULL AND chunker_version IS DISTINCT FROM :chunker
ORDER BY id

-- name: original
SELECT d.source_uri, d.name, d.content, d.sha256, d.modified_at, d.file_modified_at, c.name AS collection
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
WHERE d.id = :id AND d.sha256 IS NOT NULL AND d.chunker_version IS DISTINCT FROM :chunker

-- name: is_unchanged
-- The storing transaction has locked the row before.
SELECT sha256 = :sha256 FROM documents WHERE source_uri = :uri
  AND collection_id = (SELECT id FROM collections WHERE name = :collection)
