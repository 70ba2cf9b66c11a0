-- name: scores
SELECT CAST(pair AS text) AS pair, logit
FROM pair_scores
WHERE reranker = :reranker AND pair = ANY(CAST(:pairs AS uuid[]))

-- name: save_scores
INSERT INTO pair_scores (reranker, pair, logit)
SELECT :reranker, given.pair, given.logit
FROM unnest(CAST(:pairs AS uuid[]), CAST(:logits AS double precision[])) AS given (pair, logit)
ON CONFLICT (reranker, pair) DO UPDATE SET logit = EXCLUDED.logit

-- name: timings
SELECT candidates, seconds
FROM stage_timings
WHERE machine = :machine AND stage = :stage AND question = CAST(:question AS uuid)

-- name: save_timing
INSERT INTO stage_timings (machine, stage, question, candidates, seconds)
VALUES (:machine, :stage, CAST(:question AS uuid), :candidates, :seconds)
ON CONFLICT (machine, stage, question, candidates) DO UPDATE SET seconds = EXCLUDED.seconds

-- name: forget_timings
DELETE FROM stage_timings WHERE machine = :machine
