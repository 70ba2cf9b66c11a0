-- name: keep
INSERT INTO unanswered_questions (id, chat_id, text, options, replaces, alone)
SELECT CAST(:id AS uuid), chats.id, :text, CAST(:options AS jsonb), CAST(:replaces AS uuid), :alone
FROM chats
WHERE chats.id = CAST(:chat_id AS uuid)

-- name: drop
DELETE FROM unanswered_questions WHERE id = CAST(:id AS uuid)

-- name: of_chat
SELECT q.id::text AS id, q.text, c.owner, q.options, coalesce(q.replaces::text, '') AS replaces, q.alone
FROM unanswered_questions AS q
JOIN chats AS c ON c.id = q.chat_id
WHERE q.chat_id = CAST(:chat_id AS uuid) AND c.owner = :owner
ORDER BY q.created_at, q.id
