-- name: count_tags
SELECT tag, count(*) AS documents
FROM documents CROSS JOIN LATERAL jsonb_object_keys(tags) AS tag
GROUP BY tag
ORDER BY tag

-- name: find
SELECT documents.id, documents.name, collections.name AS collection, documents.tags
FROM documents
JOIN collections ON collections.id = documents.collection_id
WHERE (documents.id = CAST(:number AS bigint) OR documents.source_uri = :reference OR documents.name = :reference)
    AND (CAST(:collection AS text) IS NULL OR collections.name = CAST(:collection AS text))
ORDER BY documents.id

-- name: named
SELECT documents.id, documents.name, collections.name AS collection, documents.tags
FROM documents
JOIN collections ON collections.id = documents.collection_id
WHERE CASE WHEN :part = '' THEN documents.tags <> '{}'
    ELSE strpos(lower(documents.source_uri || ' ' || documents.name), :part) > 0 END
ORDER BY documents.name, documents.id
LIMIT :limit

-- name: select
SELECT documents.id, documents.name, collections.name AS collection, documents.tags
FROM documents
JOIN collections ON collections.id = documents.collection_id
WHERE documents.id = :id

-- name: change
-- Tags of another origin are neither taken nor replaced.
UPDATE documents
SET tags = CAST(:added AS jsonb) || tags_from(tags, '{file,folder}') || (tags_from(tags, '{hand}') - CAST(:removed AS text[]))
WHERE id = :id OR container_id = :id
