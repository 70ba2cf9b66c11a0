-- name: documents
-- By stored address, else by file name, else by content; the best kind of match only.
WITH named AS (
    SELECT
        d.id, d.sha256, d.source_uri,
        CASE
            WHEN d.source_uri = :source_uri THEN 1
            WHEN d.name = :source_uri OR right(d.source_uri, length(:source_uri) + 1) = '/' || :source_uri THEN 2
            ELSE 3
        END AS kind
    FROM documents AS d
    JOIN collections AS c ON c.id = d.collection_id
    WHERE (CAST(:collection AS text) IS NULL OR c.name = :collection)
        AND :source_uri <> ''
        AND (
            d.source_uri = :source_uri
            OR d.name = :source_uri
            OR right(d.source_uri, length(:source_uri) + 1) = '/' || :source_uri
            OR d.sha256 = CAST(:sha256 AS text)
        )
)
SELECT id, sha256, source_uri FROM named WHERE kind = (SELECT min(kind) FROM named) ORDER BY id

-- name: documents_with_words
SELECT d.id, d.sha256, d.source_uri
FROM documents AS d
JOIN collections AS c ON c.id = d.collection_id
WHERE (CAST(:collection AS text) IS NULL OR c.name = :collection) AND d.text ~* :pattern
ORDER BY d.id
LIMIT 20

-- name: words_at
SELECT substr(text, CAST(:start_char AS integer) + 1, :length) FROM documents WHERE id = :id

-- name: text
SELECT text FROM documents WHERE id = :id

-- name: chunks
SELECT id, start_char, end_char
FROM chunks
WHERE document_id = :id
    AND (CAST(:start_char AS integer) IS NULL OR (start_char < :end_char AND end_char > :start_char))
    AND (CAST(:part AS integer) IS NULL OR :part BETWEEN part_first AND part_last)
ORDER BY ordinal
