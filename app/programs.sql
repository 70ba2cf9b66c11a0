-- Answers without an owner were asked with the key of a page without users: they are everybody's, or the admins' by policy.
-- name: list_programs
SELECT id::text AS id, question, created_at
FROM answers
WHERE chat_id IS NULL AND owner IN ('', :owner)
ORDER BY created_at DESC, id
LIMIT :limit

-- name: search_programs
-- The words as they were written; of the last one the beginning is enough. See search_chats.
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
wanted AS (SELECT CAST(string_agg('(' || spellings || ')', ' & ') AS tsquery) AS query FROM places)
SELECT a.id::text AS id, a.question, a.created_at
FROM wanted
JOIN answers AS a ON a.tsv @@ wanted.query
WHERE a.chat_id IS NULL AND a.owner IN ('', :owner)
ORDER BY a.created_at DESC, a.id
LIMIT :limit

-- name: has_program_answer
SELECT EXISTS (SELECT FROM answers WHERE id = CAST(:id AS uuid) AND chat_id IS NULL AND owner IN ('', :owner))

-- name: delete_programs
DELETE FROM answers WHERE chat_id IS NULL AND owner IN ('', :owner)
