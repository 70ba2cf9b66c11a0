-- name: list_chats
SELECT id::text AS id, title, updated_at, '' AS answer_id, '' AS hit
FROM chats
WHERE owner = :owner
ORDER BY updated_at DESC, id
LIMIT :limit OFFSET :offset

-- name: search_chats
-- The words as they were written; of the last one the beginning is enough. Spellings of one word share its place.
WITH words AS (
    SELECT word.lexeme, place
    FROM unnest(search_vector('simple', :words)) AS word, unnest(word.positions) AS place
),
places AS (
    SELECT place, string_agg(
        CAST(lexeme_query(lexeme) AS text) || CASE WHEN place = (SELECT max(place) FROM words) THEN ':*' ELSE '' END,
        ' | '
    ) AS spellings
    FROM words GROUP BY place
),
wanted AS (SELECT CAST(string_agg('(' || spellings || ')', ' & ') AS tsquery) AS query FROM places),
hits AS (
    SELECT DISTINCT ON (found.id) found.*
    FROM (
        SELECT c.id, c.title, c.updated_at, a.id AS answer_id, a.question AS hit, a.created_at AS moment
        FROM wanted
        JOIN answers AS a ON a.tsv @@ wanted.query
        JOIN chats AS c ON c.id = a.chat_id
        WHERE c.owner = :owner AND a.current
        UNION ALL  -- a name that a person gave; other names are questions
        SELECT c.id, c.title, c.updated_at, NULL, '', NULL
        FROM wanted
        JOIN chats AS c ON search_vector('simple', c.title) @@ wanted.query
        WHERE c.owner = :owner AND c.renamed
    ) AS found
    ORDER BY found.id, found.moment DESC NULLS LAST
)
SELECT id::text AS id, title, updated_at, coalesce(answer_id::text, '') AS answer_id, hit
FROM hits
ORDER BY updated_at DESC, id
LIMIT :limit OFFSET :offset

-- name: select_chat
SELECT id::text AS id, title, updated_at, '' AS answer_id, '' AS hit
FROM chats
WHERE id = CAST(:id AS uuid) AND owner = :owner

-- name: rename_chat
UPDATE chats SET title = :title, renamed = true WHERE id = CAST(:id AS uuid) AND owner = :owner

-- name: count_contents
-- What a deletion takes along: of one chat, or of all when no id is given.
SELECT count(DISTINCT c.id) AS chats, count(DISTINCT a.id) AS answers, count(k.answer_id) AS passages
FROM chats AS c
LEFT JOIN answers AS a ON a.chat_id = c.id
LEFT JOIN candidates AS k ON k.answer_id = a.id
WHERE c.owner = :owner AND (CAST(:id AS uuid) IS NULL OR c.id = CAST(:id AS uuid))

-- name: delete_chats
DELETE FROM chats WHERE owner = :owner AND (CAST(:id AS uuid) IS NULL OR id = CAST(:id AS uuid))

-- name: select_changes
-- Documents of a chat's answers that are gone or have changed since. Answers of earlier versions have no checksum: the
-- time of the last reading decides.
SELECT DISTINCT k.answer_id::text AS answer_id, k.document_id, k.name, d.id IS NULL AS gone,
    coalesce(d.modified_at, d.ingested_at) AS changed_at
FROM answers AS a
JOIN candidates AS k ON k.answer_id = a.id
LEFT JOIN documents AS d ON d.id = k.document_id
WHERE a.chat_id = CAST(:id AS uuid) AND k.passage_number IS NOT NULL
    AND (d.id IS NULL
        OR (k.document_sha256 IS NOT NULL AND d.sha256 IS DISTINCT FROM k.document_sha256)
        OR (k.document_sha256 IS NULL AND d.ingested_at > a.created_at))
ORDER BY answer_id, k.document_id

-- name: select_documents_named
SELECT document_id, max(name) AS name
FROM candidates
WHERE :document IN (document_id::text, name, source_uri)
GROUP BY document_id
ORDER BY document_id

-- name: count_answers_with
SELECT count(DISTINCT answer_id) FROM candidates WHERE document_id = :document_id

-- name: select_answers_with
-- For the whole transaction: no other deletion of words may write the same answer at once.
SELECT id::text AS id, passages, prompt
FROM answers
WHERE id IN (SELECT answer_id FROM candidates WHERE document_id = :document_id)
ORDER BY id
FOR UPDATE

-- name: select_words_of
SELECT fused_rank, text, passage_number
FROM candidates
WHERE answer_id = CAST(:answer_id AS uuid) AND document_id = :document_id

-- name: blank_answer
UPDATE answers
SET passages = CAST(:passages AS jsonb), prompt = CAST(:prompt AS jsonb)
WHERE id = CAST(:id AS uuid)

-- name: blank_candidates
UPDATE candidates SET text = :marker WHERE document_id = :document_id
