-- name: past_questions
-- The latest first, as the retriever read them.
SELECT question
FROM (SELECT query ->> 'text' AS question, max(created_at) AS latest FROM answers GROUP BY 1) AS questions
WHERE question <> ''
ORDER BY latest DESC, question
LIMIT :sample

-- name: some_passages
SELECT text FROM chunks ORDER BY md5(CAST(id AS text)) LIMIT :sample

-- name: size
SELECT count(*) FROM chunks

-- name: prefer_index
-- For this transaction only: with few rows the planner would read them all.
SELECT
    set_config('hnsw.ef_search', CAST(:ef_search AS text), true),
    set_config('enable_seqscan', 'off', true),
    set_config('jit', 'off', true)

-- name: by_index
SELECT embedding <=> CAST(:embedding AS halfvec) AS distance
FROM chunks
ORDER BY embedding <=> CAST(:embedding AS halfvec)
LIMIT :nearest

-- name: exactly
-- "+ 0" keeps the planner from using the index.
SELECT embedding <=> CAST(:embedding AS halfvec) AS distance
FROM chunks
ORDER BY (embedding <=> CAST(:embedding AS halfvec)) + 0
LIMIT :nearest
