-- name: chunks
SELECT coalesce(nullif(documents.title, ''), documents.name) AS title, chunks.heading, chunks.text
FROM chunks
JOIN documents ON documents.id = chunks.document_id
WHERE chunks.id = ANY(:ids)
ORDER BY chunks.id

-- name: pool
-- Ordered by a multiplicative hash of the id instead of at random, so that every run takes the same passages.
SELECT coalesce(nullif(documents.title, ''), documents.name) AS title, chunks.heading, chunks.text
FROM chunks
JOIN documents ON documents.id = chunks.document_id
ORDER BY (chunks.id * 2654435761) % 4294967296, chunks.id
LIMIT :most
