-- name: lock
SELECT 'upload:' || c.name || ':' || u.name
FROM uploads AS u JOIN collections AS c ON c.id = u.collection_id
WHERE u.id = :upload_id

-- name: start_upload
UPDATE uploads AS u SET status = 'running', error = ''
FROM collections AS c
WHERE u.id = :upload_id AND c.id = u.collection_id AND u.status <> 'failed'
RETURNING u.name, u.content, u.created_at, c.name AS collection

-- name: delete_upload
DELETE FROM uploads WHERE id = :upload_id

-- name: fail_upload
UPDATE uploads SET status = 'failed', error = :error WHERE id = :upload_id

-- name: queue_upload
UPDATE uploads SET status = 'queued' WHERE id = :upload_id AND status = 'running'

-- name: uploads_without_job
-- Waiting or running, without a job that could run them; tried: a job did and failed.
SELECT u.id AS upload_id, 'upload:' || c.name || ':' || u.name AS lock,
    EXISTS (
        SELECT 1 FROM procrastinate_jobs AS j
        WHERE j.task_name = 'ingest.upload' AND CAST(j.args ->> 'upload_id' AS bigint) = u.id
    ) AS tried
FROM uploads AS u JOIN collections AS c ON c.id = u.collection_id
WHERE u.status IN ('queued', 'running')
  AND NOT EXISTS (
      SELECT 1 FROM procrastinate_jobs AS j
      WHERE j.task_name = 'ingest.upload' AND j.status IN ('todo', 'doing')
        AND CAST(j.args ->> 'upload_id' AS bigint) = u.id
  )

-- name: defer_upload
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
    'ingest', 'ingest.upload', 0, CAST(:lock AS text), NULL,
    jsonb_build_object('upload_id', CAST(:upload_id AS bigint)), NULL
)::procrastinate_job_to_defer_v1])
