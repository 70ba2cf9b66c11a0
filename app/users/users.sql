-- name: any_user
SELECT EXISTS (SELECT FROM users)

-- name: list_users
SELECT
    users.name,
    users.role,
    ARRAY(
        SELECT groups.name FROM memberships JOIN groups ON groups.id = memberships.group_id
        WHERE memberships.user_id = users.id ORDER BY groups.name
    ) AS groups,
    (SELECT count(*) FROM api_keys WHERE api_keys.user_id = users.id) AS keys,
    (SELECT count(*) FROM chats WHERE chats.owner = users.name) AS chats,
    users.created_at
FROM users
ORDER BY users.name

-- name: insert_user
INSERT INTO users (name, password_hash, role) VALUES (:name, :password_hash, :role) ON CONFLICT (name) DO NOTHING

-- name: take_chats
-- Chats and answers from before there were users.
WITH answers_taken AS (UPDATE answers SET owner = :name WHERE owner = '')
UPDATE chats SET owner = :name WHERE owner = ''

-- name: delete_answers
DELETE FROM answers WHERE owner = :name

-- name: delete_golden
-- Golden questions of his that nobody's are already; the others become nobody's.
DELETE FROM golden_questions AS his
WHERE his.owner = :name AND EXISTS (
    SELECT FROM golden_questions AS other
    WHERE other.owner = '' AND other.question = his.question AND other.collection = his.collection
)

-- name: keep_golden
UPDATE golden_questions SET owner = '' WHERE owner = :name

-- name: keep_uploads
UPDATE uploads SET owner = '' WHERE owner = :name

-- name: delete_user
DELETE FROM users WHERE name = :name

-- name: update_user
UPDATE users
SET password_hash = coalesce(:password_hash, password_hash), role = coalesce(:role, role), changed_at = now()
WHERE name = :name

-- name: select_hash
SELECT password_hash FROM users WHERE name = :name

-- name: rehash
UPDATE users SET password_hash = :password_hash WHERE name = :name

-- name: select_changed_at
SELECT changed_at FROM users WHERE name = :name
