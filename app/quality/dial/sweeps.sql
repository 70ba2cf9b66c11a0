-- name: save_sweep
INSERT INTO sweeps (name, sweep) VALUES (:name, CAST(:sweep AS jsonb))

-- name: last_sweep
SELECT sweep FROM sweeps WHERE CAST(:name AS text) IS NULL OR name = :name ORDER BY id DESC LIMIT 1
