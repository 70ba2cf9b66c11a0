-- name: passages
-- A draw from the whole corpus that stays the same for a seed, spread over the documents: first one passage of each,
-- then a second one, and so on. Short passages hold too little to ask about.
SELECT id, title, text
FROM (
    SELECT
        c.id, coalesce(nullif(d.title, ''), d.name) AS title, c.text,
        row_number() OVER (PARTITION BY c.document_id ORDER BY md5(CAST(:seed AS text) || c.id)) AS turn,
        md5(CAST(:seed AS text) || c.document_id || ' ' || c.id) AS lot
    FROM chunks AS c
    JOIN documents AS d ON d.id = c.document_id
    JOIN collections AS l ON l.id = c.collection_id
    WHERE (CAST(:collection AS text) IS NULL OR l.name = :collection)
        AND length(c.text) >= :min_characters
        AND NOT EXISTS (
            SELECT 1
            FROM golden_expected AS e
            JOIN golden_questions AS q ON q.id = e.question_id
            WHERE q.source = 'drafted' AND e.source_uri = d.source_uri AND e.start_char = c.start_char
        )
) AS drawn
ORDER BY turn, lot
LIMIT :count
