-- name: enough
-- How many passages there are; counting stops at the limit.
SELECT count(*) FROM (SELECT 1 FROM chunks LIMIT :limit) AS counted

-- name: draw
-- The passage at or after each point between the first id (0) and the last (1): one index probe each, however large the
-- corpus is.
SELECT DISTINCT ON (drawn.id)
    drawn.id AS chunk_id,
    drawn.document_id,
    collections.name AS collection,
    coalesce(nullif(documents.title, ''), documents.name) AS title,
    documents.source_uri,
    documents.media_type,
    documents.name,
    drawn.heading,
    drawn.part_kind,
    drawn.part_first,
    drawn.part_last,
    drawn.part_name,
    drawn.ordinal,
    drawn.start_char,
    drawn.end_char,
    drawn.text,
    CAST(drawn.embedding AS real[]) AS vector
FROM (SELECT min(id) AS first, max(id) AS last FROM chunks) AS ids
CROSS JOIN unnest(CAST(:points AS double precision[])) AS point
CROSS JOIN LATERAL (
    SELECT * FROM chunks WHERE id >= ids.first + CAST(point * (ids.last - ids.first) AS bigint) ORDER BY id LIMIT 1
) AS drawn
JOIN documents ON documents.id = drawn.document_id
JOIN collections ON collections.id = documents.collection_id
ORDER BY drawn.id
