-- Enqueues the ingestion of an upload. The lock makes two uploads with the same name run one after the other, so that the
-- later one remains. SECURITY DEFINER: the role of a page with users has no rights to the queue.
CREATE OR REPLACE FUNCTION queue_upload(upload_id bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        'ingest', 'ingest.upload', 0, 'upload:' || collections.name || ':' || uploads.name, NULL,
        jsonb_build_object('upload_id', uploads.id), NULL
    )::procrastinate_job_to_defer_v1])
    FROM uploads
    JOIN collections ON collections.id = uploads.collection_id
    WHERE uploads.id = queue_upload.upload_id
$$;
