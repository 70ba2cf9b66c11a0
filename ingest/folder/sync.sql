-- name: stored_files
-- Documents of these files and of all files below these folders; members of archives belong to their archive.
SELECT d.id, d.source_uri AS uri, d.name, d.sha256, d.file_bytes, d.file_modified_at, d.chunker_version,
    CASE WHEN d.status = 'empty' THEN '' ELSE d.error END AS error,
    d.ocr_missing OR EXISTS (
        SELECT FROM documents AS m WHERE m.container_id = d.id AND (m.status = 'failed' OR m.ocr_missing)
    ) AS partly_read, d.tags
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
WHERE c.name = :collection AND d.container_id IS NULL
  AND (d.source_uri = ANY(:uris)
       OR EXISTS (SELECT FROM unnest(CAST(:folders AS text[])) AS folder WHERE starts_with(d.source_uri, folder)))

-- name: file_states
SELECT d.source_uri AS uri, d.status, d.sha256, d.error, d.warnings
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
WHERE c.name = :collection AND d.source_uri = ANY(:uris)

-- name: rename
-- Only while the document is still the one that was compared. A title that was the old file name changes too.
UPDATE documents
SET source_uri = :uri, name = :name, title = CASE WHEN title = :old_name THEN :name ELSE title END,
    file_modified_at = :modified_at, modified_at = coalesce(:modified_at, modified_at), tried_at = now()
WHERE id = :id AND source_uri = :old_uri AND sha256 = :sha256
RETURNING id

-- name: rename_headings
-- The vectors still contain the old name: a few words of many, and a move is meant to avoid embedding again.
UPDATE chunks
SET name = :searched_name,
    heading = CASE
        WHEN heading = :old_name OR starts_with(heading, CAST(:old_name AS text) || :separator)
            THEN CAST(:name AS text) || substr(heading, length(:old_name) + 1)
        ELSE heading
    END
WHERE document_id = :id
    AND (name <> :searched_name OR heading = :old_name OR starts_with(heading, CAST(:old_name AS text) || :separator))

-- name: rename_members
UPDATE documents SET source_uri = CAST(:uri AS text) || substr(source_uri, length(:old_uri) + 1)
WHERE container_id = :id
RETURNING id, source_uri, name

-- name: rename_chunks
UPDATE chunks SET name = :name WHERE document_id = :id AND name <> :name
