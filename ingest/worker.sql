-- name: take
-- Held until the worker's session ends, however it ends; false while another worker holds it.
SELECT pg_try_advisory_lock(:space, CAST(:upload_id AS integer))

-- name: give_back
SELECT pg_advisory_unlock(:space, CAST(:upload_id AS integer))

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

-- name: jobs_in_work
-- Jobs that some worker started at least :seconds ago; whether it still lives is told by its advisory lock.
SELECT j.id AS job_id, j.attempts, CAST(j.args ->> 'upload_id' AS bigint) AS upload_id
FROM procrastinate_jobs AS j
WHERE j.task_name = 'ingest.upload' AND j.status = 'doing'
  AND NOT EXISTS (
      SELECT 1 FROM procrastinate_events AS e
      WHERE e.job_id = j.id AND e.type = 'started' AND e.at > now() - make_interval(secs => :seconds)
  )

-- name: retry_job
SELECT procrastinate_retry_job_v2(:job_id, now(), NULL, NULL, NULL)

-- name: give_up_job
SELECT procrastinate_finish_job_v1(:job_id, 'failed', FALSE)

-- name: uploads_without_job
-- Waiting or running, and no job left that would ever take them; tried says that one did and failed.
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
