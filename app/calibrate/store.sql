-- name: load
SELECT unrelated, spread, related, separation, questions, passages FROM calibrations WHERE kind = :kind AND model = :model

-- name: save
INSERT INTO calibrations (kind, model, unrelated, spread, related, separation, questions, passages)
VALUES (:kind, :model, :unrelated, :spread, :related, :separation, :questions, :passages)
ON CONFLICT (kind, model) DO UPDATE SET
    unrelated = excluded.unrelated,
    spread = excluded.spread,
    related = excluded.related,
    separation = excluded.separation,
    questions = excluded.questions,
    passages = excluded.passages,
    created_at = now()
