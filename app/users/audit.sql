-- name: insert
INSERT INTO audit (actor, action, subject, address) VALUES (:actor, :action, :subject, :address)

-- name: select
SELECT at, actor, action, subject, address
FROM audit
WHERE (:actor = '' OR actor = :actor) AND starts_with(action, :action)
ORDER BY at DESC, id DESC
LIMIT :limit

-- name: allow
SELECT set_config('foremost.audit_days', :days, true)

-- name: delete
DELETE FROM audit WHERE at < now() - CAST(:days AS integer) * interval '1 day'
