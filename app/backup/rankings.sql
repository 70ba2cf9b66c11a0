-- name: questions
-- Golden questions first, then those that were asked, then the beginnings of passages.
SELECT question, collection
FROM (
    (SELECT question, nullif(collection, '') AS collection, 1 AS kind, id::text AS place
     FROM golden_questions WHERE status = 'accepted' ORDER BY id LIMIT :limit)
    UNION ALL
    (SELECT DISTINCT ON (question) question, NULL, 2, question FROM answers WHERE outcome = 'answered'
     ORDER BY question LIMIT :limit)
    UNION ALL
    (SELECT left(text, 120), NULL, 3, lpad(id::text, 20, '0') FROM chunks
     WHERE id % greatest((SELECT max(id) FROM chunks) / :limit, 1) = 0 ORDER BY id LIMIT :limit)
) AS drawn
WHERE trim(question) <> ''
ORDER BY kind, place
LIMIT :limit
