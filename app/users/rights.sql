-- name: list_rights
SELECT
    collections.name AS collection,
    coalesce(rights.source_uri, '') AS document,
    coalesce(users.name, '') AS user,
    coalesce(groups.name, '') AS group,
    rights.level
FROM rights
JOIN collections ON collections.id = rights.collection_id
LEFT JOIN users ON users.id = rights.user_id
LEFT JOIN groups ON groups.id = rights.group_id
WHERE CAST(:collection AS text) IS NULL OR collections.name = :collection
ORDER BY 1, 2, 4, 3

-- name: resolve
SELECT
    wanted.id AS collection_id,
    (SELECT id FROM users WHERE name = :user) AS user_id,
    (SELECT id FROM groups WHERE name = :group) AS group_id,
    (
        SELECT array_agg(DISTINCT source_uri)
        FROM documents
        WHERE collection_id = wanted.id AND :document IN (id::text, source_uri, name)
    ) AS uris
FROM (SELECT (SELECT id FROM collections WHERE name = :collection) AS id) AS wanted

-- name: upsert_right
INSERT INTO rights (collection_id, source_uri, user_id, group_id, level)
VALUES (:collection_id, :uri, :user_id, :group_id, :level)
ON CONFLICT (collection_id, source_uri, user_id, group_id) DO UPDATE SET level = EXCLUDED.level

-- name: delete_right
DELETE FROM rights
WHERE collection_id = :collection_id
    AND source_uri IS NOT DISTINCT FROM CAST(:uri AS text)
    AND user_id IS NOT DISTINCT FROM CAST(:user_id AS bigint)
    AND group_id IS NOT DISTINCT FROM CAST(:group_id AS bigint)
