-- name: offered
-- What documents can be chosen by; only documents that a search reads count, and collections without any are listed too.
WITH searched AS (
    SELECT collection_id, language, media_type, tags FROM documents WHERE status = 'ready'
)
SELECT 'collection' AS kind, collections.name AS value, count(searched.collection_id) AS documents
FROM collections
LEFT JOIN searched ON searched.collection_id = collections.id
GROUP BY collections.name
UNION ALL
SELECT 'tag', tag, count(*) FROM searched CROSS JOIN LATERAL jsonb_object_keys(tags) AS tag GROUP BY tag
UNION ALL
SELECT 'language', language, count(*) FROM searched WHERE language IS NOT NULL GROUP BY language
UNION ALL
SELECT 'media_type', media_type, count(*) FROM searched GROUP BY media_type
ORDER BY kind, value

-- name: documents_named
SELECT name
FROM (
    SELECT DISTINCT name FROM documents WHERE status = 'ready' AND strpos(lower(name), :part) > 0
) AS found
ORDER BY strpos(lower(name), :part) > 1, name
LIMIT :limit

-- name: select_choices
SELECT choices, EXISTS (SELECT FROM answers WHERE answers.chat_id = chats.id) AS answered
FROM chats
WHERE id = CAST(:id AS uuid) AND owner = :owner

-- name: update_choices
UPDATE chats SET choices = CAST(:choices AS jsonb) WHERE id = CAST(:id AS uuid) AND owner = :owner

-- name: upload_state
-- The upload while the worker has it, else the document it became.
SELECT status, error FROM uploads WHERE id = :id
UNION ALL
SELECT documents.status, documents.error
FROM documents
JOIN collections ON collections.id = documents.collection_id
WHERE collections.name = :collection AND documents.source_uri = :uri AND NOT EXISTS (SELECT FROM uploads WHERE id = :id)
LIMIT 1
