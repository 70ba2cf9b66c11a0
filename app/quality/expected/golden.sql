-- name: insert_question
-- A question that is there already keeps what it had; a draft that was accepted stays accepted.
INSERT INTO golden_questions (question, collection, answerable, source, status, note)
VALUES (:question, :collection, :answerable, :source, :status, :note)
ON CONFLICT (question, collection, owner) DO UPDATE SET
    answerable = EXCLUDED.answerable,
    source = EXCLUDED.source,
    status = CASE WHEN golden_questions.status = 'accepted' THEN 'accepted' ELSE EXCLUDED.status END,
    note = CASE WHEN EXCLUDED.note = '' THEN golden_questions.note ELSE EXCLUDED.note END
RETURNING id

-- name: insert_expected
INSERT INTO golden_expected (question_id, source_uri, sha256, part, start_char, end_char, quote, grade)
SELECT :question_id, :source_uri, :sha256, :part, :start_char, :end_char, :quote, :grade
WHERE NOT EXISTS (
    SELECT 1
    FROM golden_expected
    WHERE question_id = :question_id
        AND source_uri = :source_uri
        AND part IS NOT DISTINCT FROM CAST(:part AS integer)
        AND start_char IS NOT DISTINCT FROM CAST(:start_char AS integer)
        AND end_char IS NOT DISTINCT FROM CAST(:end_char AS integer)
        AND quote = :quote
)

-- name: delete_expected
DELETE FROM golden_expected WHERE question_id = :question_id

-- name: select_questions
SELECT id, question, nullif(collection, '') AS collection, answerable, source, status, note, created_at
FROM golden_questions
WHERE (CAST(:status AS text) IS NULL OR status = :status)
    AND (CAST(:collection AS text) IS NULL OR collection = :collection)
ORDER BY id

-- name: select_expected
SELECT question_id, source_uri, sha256, part, start_char, end_char, quote, grade
FROM golden_expected
WHERE question_id = ANY(:ids)
ORDER BY id

-- name: accept
UPDATE golden_questions SET status = 'accepted' WHERE id = ANY(:ids)

-- name: accept_all
UPDATE golden_questions SET status = 'accepted' WHERE status = 'draft'

-- name: remove
DELETE FROM golden_questions WHERE id = ANY(:ids)
