-- name: insert_run
INSERT INTO evaluations (name, run) VALUES (:name, CAST(:run AS jsonb))

-- name: select_run
SELECT run FROM evaluations WHERE name = :name ORDER BY id DESC LIMIT 1

-- name: list_runs
SELECT
    name,
    created_at,
    run ->> 'target' AS target,
    run ->> 'reranker' AS reranker,
    jsonb_array_length(run -> 'questions') AS questions
FROM evaluations
ORDER BY id DESC
LIMIT :limit
