-- name: counts
-- The rate: documents ingested in the last five minutes, divided by the time since the first of them.
SELECT j.queued, j.retrying, j.running, w.workers,
    d.documents, d.ready, d.empty, d.failed, d.done_last_minute, d.per_second
FROM (
    SELECT count(*) FILTER (WHERE status = 'todo') AS queued,
        count(*) FILTER (WHERE status = 'todo' AND attempts > 0) AS retrying,
        count(*) FILTER (WHERE status = 'doing') AS running
    FROM procrastinate_jobs
    WHERE task_name IN ('ingest.file', 'ingest.upload', 'ingest.source') AND status IN ('todo', 'doing')
) AS j, (
    SELECT count(*) AS workers FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'
) AS w, (
    SELECT count(*) AS documents,
        count(*) FILTER (WHERE status = 'ready') AS ready,
        count(*) FILTER (WHERE status = 'empty') AS empty,
        count(*) FILTER (WHERE status = 'failed' OR (status = 'ready' AND error <> '')) AS failed,
        count(*) FILTER (WHERE tried_at > now() - interval '1 minute') AS done_last_minute,
        count(*) FILTER (WHERE tried_at > now() - interval '5 minutes')
            / greatest(1, extract(epoch FROM now()
                - min(tried_at) FILTER (WHERE tried_at > now() - interval '5 minutes'))) AS per_second
    FROM documents
) AS d

-- name: in_work
SELECT coalesce(j.args ->> 'path', u.name, '?') AS name, coalesce(j.args ->> 'collection', c.name, '') AS collection,
    (SELECT max(e.at) FROM procrastinate_events AS e WHERE e.job_id = j.id AND e.type = 'started') AS since, j.attempts
FROM procrastinate_jobs AS j
LEFT JOIN uploads AS u ON u.id = CAST(j.args ->> 'upload_id' AS bigint)
LEFT JOIN collections AS c ON c.id = u.collection_id
WHERE j.status = 'doing' AND j.task_name IN ('ingest.file', 'ingest.upload', 'ingest.source')
ORDER BY j.id
LIMIT :limit

-- name: failures
SELECT d.source_uri AS uri, c.name AS collection, d.error, d.status = 'ready' AS serves, d.tried_at AS at
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
WHERE d.error <> '' AND d.status IN ('ready', 'failed')
UNION ALL
SELECT 'upload:' || u.name, c.name, u.error, FALSE, u.created_at
FROM uploads AS u JOIN collections AS c ON c.id = u.collection_id
WHERE u.status = 'failed'
ORDER BY at DESC NULLS LAST
LIMIT :limit

-- name: mean_seconds
SELECT avg(CAST(timings ->> 'load' AS float)) AS load, avg(CAST(timings ->> 'chunk' AS float)) AS chunk,
    avg(CAST(timings ->> 'embed' AS float)) AS embed, avg(CAST(timings ->> 'store' AS float)) AS store
FROM (SELECT timings FROM documents WHERE tried_at IS NOT NULL ORDER BY tried_at DESC LIMIT 500) AS latest

-- name: slowest
SELECT source_uri AS uri, timings
FROM (SELECT source_uri, timings FROM documents WHERE tried_at IS NOT NULL ORDER BY tried_at DESC LIMIT 500) AS latest
WHERE timings <> '{}'
ORDER BY (SELECT sum(CAST(value AS float)) FROM jsonb_each_text(timings)) DESC
LIMIT :limit
