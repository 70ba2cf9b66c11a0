-- name: durably
-- Workers do not wait for the disk, because a job that a crash undoes runs again. Adding jobs does wait.
SET LOCAL synchronous_commit = on

-- name: add
-- A waiting job gets the newer arguments. A running job is followed by another, since it may have read an older file.
-- Not procrastinate's queueing_lock: with it a running job could not be requeued while another of its file waits.
WITH wanted AS (
    SELECT lock, CAST(arguments AS jsonb) AS args, ordinal
    FROM unnest(CAST(:locks AS text[]), CAST(:arguments AS text[])) WITH ORDINALITY AS w (lock, arguments, ordinal)
), waiting AS (
    UPDATE procrastinate_jobs AS j SET args = w.args
    FROM wanted AS w
    WHERE j.status = 'todo' AND j.lock = w.lock
    RETURNING j.id, j.lock
), added AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)
    SELECT CAST(:queue AS text), CAST(:task AS text), w.lock, w.args
    FROM wanted AS w
    WHERE w.lock NOT IN (SELECT lock FROM waiting)
    ORDER BY w.ordinal
    RETURNING id
)
SELECT id, FALSE AS added FROM waiting UNION ALL SELECT id, TRUE FROM added

-- name: withdraw
DELETE FROM procrastinate_jobs WHERE id = ANY(:ids) AND status = 'todo'

-- name: withdraw_failed
DELETE FROM procrastinate_jobs WHERE task_name = :task AND status = 'failed' RETURNING args

-- name: unfinished
SELECT id FROM procrastinate_jobs WHERE id = ANY(:ids) AND status IN ('todo', 'doing')

-- name: stalled
-- Running for a while, and the lock that its worker holds as long as it lives is free.
SELECT j.id, j.attempts, j.args
FROM procrastinate_jobs AS j, hashtextextended(j.lock, 0) AS key
WHERE j.task_name = :task AND j.status = 'doing'
  AND NOT EXISTS (
      SELECT FROM pg_locks AS l
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND CAST(l.classid AS bigint) = (key >> 32) & 4294967295 AND CAST(l.objid AS bigint) = key & 4294967295
  )
  AND NOT EXISTS (
      SELECT FROM procrastinate_events AS e
      WHERE e.job_id = j.id AND e.type = 'started' AND e.at > now() - make_interval(secs => :seconds)
  )

-- name: requeue
-- With a lower priority than others: a job that kills its workers must not delay them.
UPDATE procrastinate_jobs
SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL, priority = -1
WHERE id = :id AND status = 'doing' AND attempts = :attempts

-- name: fail
UPDATE procrastinate_jobs SET status = 'failed', attempts = attempts + 1
WHERE id = :id AND status = 'doing' AND attempts = :attempts

-- name: keep_job
SELECT id FROM procrastinate_jobs WHERE id = :id AND status = 'doing' AND attempts = :attempts FOR SHARE
