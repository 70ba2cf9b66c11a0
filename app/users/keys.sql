-- name: insert_key
INSERT INTO api_keys (user_id, name, key_sha256, scope, expires_at)
SELECT id, :name, :key_sha256, :scope, CAST(:expires_at AS timestamptz) FROM users WHERE name = :user

-- name: list_keys
SELECT api_keys.id, users.name AS user, api_keys.name, api_keys.scope, api_keys.expires_at, api_keys.created_at
FROM api_keys
JOIN users ON users.id = api_keys.user_id
ORDER BY users.name, api_keys.id

-- name: delete_key
DELETE FROM api_keys WHERE id = :id

-- name: select_key
SELECT users.name, api_keys.scope
FROM api_keys
JOIN users ON users.id = api_keys.user_id
WHERE api_keys.key_sha256 = :key_sha256 AND (api_keys.expires_at IS NULL OR api_keys.expires_at > now())
