-- name: list_groups
SELECT
    groups.name,
    CASE WHEN groups.name = 'everyone'
        THEN ARRAY(SELECT users.name FROM users ORDER BY users.name)
        ELSE ARRAY(
            SELECT users.name FROM memberships JOIN users ON users.id = memberships.user_id
            WHERE memberships.group_id = groups.id ORDER BY users.name
        )
    END AS members
FROM groups
ORDER BY groups.name

-- name: insert_group
INSERT INTO groups (name) VALUES (:name) ON CONFLICT (name) DO NOTHING

-- name: delete_group
DELETE FROM groups WHERE name = :name

-- name: resolve
SELECT
    (SELECT id FROM groups WHERE name = :group) AS group_id,
    (SELECT id FROM users WHERE name = :user) AS user_id

-- name: insert_member
INSERT INTO memberships (group_id, user_id) VALUES (:group, :user) ON CONFLICT DO NOTHING

-- name: delete_member
DELETE FROM memberships
WHERE group_id = (SELECT id FROM groups WHERE name = :group) AND user_id = (SELECT id FROM users WHERE name = :user)
