-- name: select_collections
SELECT name FROM collections ORDER BY name

-- name: insert_collection
-- Nothing is inserted where there is one, so that only a new collection needs the right to make it.
INSERT INTO collections (name)
SELECT :name WHERE NOT EXISTS (SELECT FROM collections WHERE name = :name)
ON CONFLICT (name) DO NOTHING

-- name: select_documents
-- In the order of a column, or uploads first, then failures, then by collection and name.
SELECT * FROM (
    SELECT d.id, FALSE AS upload, c.name AS collection, d.name, d.source_uri AS uri, d.title, d.media_type, d.byte_count, d.part_kind,
        d.part_count, d.chunk_count, d.status, d.error, d.warnings, coalesce(d.ingested_at, d.created_at) AS changed_at,
        d.timings
    FROM documents AS d
    JOIN collections AS c ON c.id = d.collection_id
    WHERE (CAST(:collection AS text) IS NULL OR c.name = :collection)
      AND (:name = '' OR strpos(lower(d.source_uri || ' ' || d.name), :name) > 0)
    UNION ALL
    SELECT u.id, TRUE, c.name, u.name, 'upload:' || u.name, '', '', octet_length(u.content), NULL, NULL, 0, u.status, u.error, '[]', u.created_at,
        '{}'
    FROM uploads AS u
    JOIN collections AS c ON c.id = u.collection_id
    WHERE (CAST(:collection AS text) IS NULL OR c.name = :collection) AND (:name = '' OR strpos(lower(u.name), :name) > 0)
) AS rows
ORDER BY
    CASE WHEN :sort = '' THEN upload END DESC,
    CASE WHEN :sort = '' THEN error <> '' AND status <> 'empty' END DESC,
    CASE WHEN :sort = '' THEN collection END,
    CASE WHEN NOT :descending THEN CASE :sort WHEN 'size' THEN byte_count WHEN 'changed' THEN extract(epoch FROM changed_at) END END,
    CASE WHEN :descending THEN CASE :sort WHEN 'size' THEN byte_count WHEN 'changed' THEN extract(epoch FROM changed_at) END END DESC,
    CASE WHEN NOT :descending THEN CASE :sort WHEN 'name' THEN lower(name) WHEN 'collection' THEN lower(collection) WHEN 'state' THEN status END END,
    CASE WHEN :descending THEN CASE :sort WHEN 'name' THEN lower(name) WHEN 'collection' THEN lower(collection) WHEN 'state' THEN status END END DESC,
    name, id
LIMIT CAST(:limit AS bigint)

-- name: select_document
SELECT d.id, FALSE AS upload, c.name AS collection, d.name, d.source_uri AS uri, d.title, d.media_type, d.byte_count, d.part_kind,
    d.part_count, d.chunk_count, d.status, d.error, d.warnings, coalesce(d.ingested_at, d.created_at) AS changed_at,
    d.timings
FROM documents AS d
JOIN collections AS c ON c.id = d.collection_id
WHERE d.id = :id

-- name: select_upload
SELECT u.id, TRUE AS upload, c.name AS collection, u.name, 'upload:' || u.name AS uri, '' AS title, '' AS media_type,
    octet_length(u.content) AS byte_count, NULL AS part_kind, NULL AS part_count, 0 AS chunk_count, u.status, u.error,
    CAST('[]' AS jsonb) AS warnings, u.created_at AS changed_at, CAST('{}' AS jsonb) AS timings
FROM uploads AS u
JOIN collections AS c ON c.id = u.collection_id
WHERE u.id = :id

-- name: count_documents
SELECT c.name AS collection, count(*) FILTER (WHERE d.status = 'ready') AS documents
FROM collections AS c
LEFT JOIN documents AS d ON d.collection_id = c.id
GROUP BY c.name
ORDER BY c.name

-- name: delete_document
DELETE FROM documents WHERE id = :id

-- name: delete_upload
DELETE FROM uploads WHERE id = :id

-- name: insert_upload
INSERT INTO uploads (collection_id, name, content)
SELECT id, :name, :content FROM collections WHERE name = :collection
RETURNING id

-- name: sent_bytes
SELECT sent_bytes()

-- name: defer_upload
SELECT queue_upload(:upload_id)

-- name: select_original
SELECT name, media_type, content, note_action('opened', 'document:' || id) FROM documents WHERE id = :id

-- name: select_text
SELECT text, note_action('opened', 'document:' || id) FROM documents WHERE id = :id

-- name: retry_upload
UPDATE uploads AS u SET status = 'queued', error = ''
FROM collections AS c
WHERE u.id = :id AND u.status = 'failed' AND c.id = u.collection_id
RETURNING u.name, c.name AS collection

-- name: failed_file
-- The file on disk of a document that failed; of a member of an archive that of the archive. Locked for an
-- update, which policies allow to those who may change it.
WITH RECURSIVE inside AS (
    SELECT id, container_id, source_uri, collection_id FROM documents WHERE id = :id
    UNION ALL
    SELECT d.id, d.container_id, d.source_uri, d.collection_id
    FROM documents AS d JOIN inside ON d.id = inside.container_id
), allowed AS (
    SELECT id FROM documents WHERE id = :id AND error <> '' FOR UPDATE
)
SELECT i.source_uri AS uri, c.name AS collection
FROM inside AS i
JOIN collections AS c ON c.id = i.collection_id
WHERE i.container_id IS NULL AND i.source_uri LIKE '/%' AND EXISTS (SELECT FROM allowed)

-- name: queue_file
-- As ingest/queue/jobs.sql adds a job: a file whose job waits gets no second one.
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)
SELECT 'ingest', 'ingest.file', :lock, CAST(:arguments AS jsonb)
WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'todo' AND lock = :lock)

-- name: move_documents
-- Documents with the members of their archives. Members alone stay, as does what the other collection has already.
WITH RECURSIVE moving AS (
    SELECT d.id FROM documents AS d
    WHERE d.id = ANY(CAST(:ids AS bigint[])) AND d.container_id IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM documents AS other
            JOIN collections AS c ON c.id = other.collection_id
            WHERE c.name = :collection AND other.source_uri = d.source_uri
        )
    UNION
    SELECT d.id FROM documents AS d JOIN moving ON d.container_id = moving.id
)
UPDATE documents SET collection_id = (SELECT id FROM collections WHERE name = :collection)
WHERE id IN (SELECT id FROM moving)
RETURNING id, source_uri

-- name: move_chunks
UPDATE chunks SET collection_id = (SELECT id FROM collections WHERE name = :collection)
WHERE document_id = ANY(CAST(:ids AS bigint[]))
