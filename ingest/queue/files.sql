-- name: remove
DELETE FROM documents
WHERE source_uri = :uri AND collection_id = (SELECT id FROM collections WHERE name = :collection)

-- name: touch
-- The content is the stored one, perhaps with another time. The next run need not read it, and an older error is over.
UPDATE documents
SET file_bytes = :file_bytes, file_modified_at = :modified_at, modified_at = coalesce(:modified_at, modified_at),
    tried_at = now(), error = CASE WHEN status = 'ready' THEN '' ELSE error END
WHERE source_uri = :uri AND sha256 = :sha256
  AND collection_id = (SELECT id FROM collections WHERE name = :collection)

-- name: retag
-- Rules of its folders may have changed; what is inside an archive has its tags too.
WITH stored AS (
    SELECT id FROM documents
    WHERE source_uri = :uri AND collection_id = (SELECT id FROM collections WHERE name = :collection)
)
UPDATE documents SET tags = CAST(:tags AS jsonb) || tags_from(tags, '{file,hand}')
FROM stored
WHERE documents.id = stored.id OR documents.container_id = stored.id

-- name: error
SELECT error FROM documents
WHERE source_uri = :uri AND collection_id = (SELECT id FROM collections WHERE name = :collection)
