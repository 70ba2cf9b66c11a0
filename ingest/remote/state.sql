-- name: known
-- `same`: the stored document is the content read last. `failed`: that content could not be ingested, and a file or
-- page that cannot be read now does not count as such. No document is wanted of an item without a hash.
SELECT r.revision, r.sha256 IS NOT NULL AS document,
    r.sha256 IS NULL OR (d.sha256 = r.sha256 AND d.chunker_version IS NOT DISTINCT FROM :chunker) AS same,
    coalesce(d.sha256 IS DISTINCT FROM r.sha256 AND d.error <> '', FALSE) AS failed,
    coalesce(d.ocr_missing, FALSE) AS ocr_missing
FROM remote_items AS r
JOIN collections AS c ON c.id = r.collection_id
LEFT JOIN documents AS d ON d.collection_id = r.collection_id AND d.source_uri = r.uri
WHERE c.name = :collection AND r.uri = :uri

-- name: documents
-- Members of archives belong to their archive.
SELECT d.source_uri
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
WHERE c.name = :collection AND d.container_id IS NULL AND starts_with(d.source_uri, :prefix)
ORDER BY d.source_uri

-- name: document
SELECT d.sha256
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
WHERE c.name = :collection AND d.source_uri = :uri

-- name: content_error
SELECT d.error
FROM remote_items AS r
JOIN collections AS c ON c.id = r.collection_id
JOIN documents AS d ON d.collection_id = r.collection_id AND d.source_uri = r.uri
WHERE c.name = :collection AND r.uri = :uri AND d.sha256 IS DISTINCT FROM r.sha256

-- name: forget_failed
DELETE FROM remote_items AS r USING collections AS c, documents AS d
WHERE c.name = :collection AND r.collection_id = c.id AND r.uri = :uri
  AND d.collection_id = r.collection_id AND d.source_uri = r.uri AND d.sha256 IS DISTINCT FROM r.sha256

-- name: claim_collection
INSERT INTO collections (name) VALUES (:collection) ON CONFLICT (name) DO NOTHING

-- name: keep
INSERT INTO remote_items (collection_id, uri, revision, sha256)
SELECT id, :uri, CAST(:revision AS jsonb), :sha256 FROM collections WHERE name = :collection
ON CONFLICT (collection_id, uri) DO UPDATE
SET revision = EXCLUDED.revision, sha256 = EXCLUDED.sha256, checked_at = now()

-- name: checked
UPDATE remote_items SET checked_at = now()
WHERE uri = ANY(:uris) AND collection_id = (SELECT id FROM collections WHERE name = :collection)

-- name: clear_error
-- The stored content is the present one: an older error is over.
UPDATE documents SET error = '', tried_at = now()
WHERE source_uri = ANY(:uris) AND status = 'ready' AND error <> ''
  AND collection_id = (SELECT id FROM collections WHERE name = :collection)

-- name: remove_document
DELETE FROM documents
WHERE source_uri = :uri AND collection_id = (SELECT id FROM collections WHERE name = :collection)

-- name: remove_item
DELETE FROM remote_items
WHERE uri = :uri AND collection_id = (SELECT id FROM collections WHERE name = :collection)

-- name: remove_failure
DELETE FROM documents
WHERE source_uri = :uri AND status = 'failed'
  AND collection_id = (SELECT id FROM collections WHERE name = :collection)
