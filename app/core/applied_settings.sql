-- name: select_overrides
SELECT name, value, reason, created_at FROM setting_overrides ORDER BY name

-- name: save_override
INSERT INTO setting_overrides (name, value, reason) VALUES (:name, :value, :reason)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, reason = EXCLUDED.reason, created_at = now()

-- name: delete_override
DELETE FROM setting_overrides WHERE name = :name
