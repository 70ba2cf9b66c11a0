-- name: corpus
-- What a new document must fit: model of the corpus, dimension of the vector column (-1 takes any), its collection.
SELECT
    (SELECT embedding_model FROM corpus) AS model,
    (
        SELECT atttypmod FROM pg_attribute WHERE attrelid = 'chunks'::regclass AND attname = 'embedding'
    ) AS dimension,
    (SELECT id FROM collections WHERE name = :collection) AS collection_id

-- name: claim_corpus
-- The first stored document decides the model of the corpus.
INSERT INTO corpus (embedding_model, embedding_dimension, chunker_version)
VALUES (:model, :dimension, :chunker)
ON CONFLICT (singleton) DO NOTHING

-- name: claim_collection
INSERT INTO collections (name) VALUES (:name) ON CONFLICT (name) DO NOTHING

-- name: stored_version
-- Not current: chunked by another version of the chunker, or with scanned pages that nobody could read without tesseract,
-- or with a member that could not be read, for example for want of LibreOffice.
SELECT d.sha256, d.chunker_version IS NOT DISTINCT FROM :chunker AND NOT d.ocr_missing AND NOT EXISTS (
    SELECT FROM documents AS m WHERE m.container_id = d.id AND (m.status = 'failed' OR m.ocr_missing)
) AS current
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
WHERE c.name = :collection AND d.source_uri = :uri AND d.sha256 IS NOT NULL

-- name: lock_chunks
-- Before the corpus row is read: this transaction and a switch to another embedding model wait for each other.
LOCK TABLE chunks IN ROW EXCLUSIVE MODE

-- name: claim_document
-- Locks the row, so that two writers of one document wait for each other; sha256 is that of the older version.
INSERT INTO documents (collection_id, source_uri, name, status, container_id)
VALUES (:collection_id, :uri, :name, 'empty', :container_id)
ON CONFLICT (collection_id, source_uri) DO UPDATE SET name = EXCLUDED.name, container_id = EXCLUDED.container_id
RETURNING id, sha256

-- name: delete_other_members
-- Members that the new version of an archive no longer has.
DELETE FROM documents WHERE container_id = :document_id AND source_uri <> ALL(CAST(:uris AS text[]))

-- name: fail_member
-- Nothing of an older version is kept: the archive that contained it was replaced.
UPDATE documents
SET status = 'failed', error = :error, sha256 = NULL, text = '', content = NULL, chunk_count = 0, tried_at = now()
WHERE id = :document_id

-- name: delete_chunks
DELETE FROM chunks WHERE document_id = :document_id

-- name: text_config
-- The configuration if this server has it, else 'simple'; claimed: it is listed in text_configs already.
SELECT oid, EXISTS (SELECT FROM text_configs WHERE config = CAST(pg_ts_config.oid AS regconfig)) AS claimed
FROM pg_ts_config
WHERE cfgnamespace = 'pg_catalog'::regnamespace AND cfgname IN (:config, 'simple')
ORDER BY cfgname = 'simple'
LIMIT 1

-- name: claim_text_config
INSERT INTO text_configs (config) VALUES (CAST(CAST(:config AS oid) AS regconfig)) ON CONFLICT (config) DO NOTHING

-- name: finish_document
-- The last statement of the transaction: with its hash the document counts as stored.
UPDATE documents
SET title = :title, media_type = :media_type, language = :language, byte_count = :byte_count, part_kind = :part_kind,
    part_count = :part_count, chunk_count = :chunk_count, status = :status, error = :error,
    warnings = CAST(:warnings AS jsonb), ocr_missing = :ocr_missing, timings = CAST(:timings AS jsonb),
    parts = CAST(:parts AS jsonb), text = :text,
    content = :content, modified_at = :modified_at, ingested_at = now(), tried_at = now(), sha256 = :sha256,
    chunker_version = :chunker, file_bytes = :byte_count, file_modified_at = :file_modified_at,
    tags = tags_from(tags, CAST(:kept_origins AS text[])) || CAST(:tags AS jsonb) || tags_from(tags, '{hand}')
WHERE id = :document_id

-- name: share_tags
-- What is inside an archive or mail has its tags too.
UPDATE documents AS member SET tags = container.tags || member.tags
FROM documents AS container
WHERE container.id = :document_id AND member.container_id = container.id AND container.tags <> '{}'

-- name: record_failure
-- A version stored earlier is still searched; its error says that a newer one could not be read.
INSERT INTO documents (collection_id, source_uri, name, status, error, file_bytes, file_modified_at, tried_at)
VALUES (:collection_id, :uri, :name, 'failed', :error, :file_bytes, :file_modified_at, now())
ON CONFLICT (collection_id, source_uri) DO UPDATE
SET error = EXCLUDED.error, file_bytes = EXCLUDED.file_bytes, file_modified_at = EXCLUDED.file_modified_at,
    tried_at = now()

-- name: record_failure_of_known
UPDATE documents
SET name = :name, error = :error, file_bytes = :file_bytes, file_modified_at = :file_modified_at, tried_at = now()
WHERE source_uri = :uri AND collection_id = :collection_id

-- name: durably
-- Documents are stored without waiting for the disk; this commit waits for all commits before it.
SET LOCAL synchronous_commit = on

-- name: statistics_are_stale
-- The planner's statistics, which autovacuum may have refreshed, or the lexeme frequencies, which only this code does.
SELECT coalesce(bool_or(
    coalesce(last_analyze, last_autoanalyze) IS NULL
    OR n_mod_since_analyze > 50 + 0.1 * n_live_tup
    OR abs(n_live_tup - (SELECT coalesce(sum(chunk_count), 0) FROM text_configs)) > 50 + 0.1 * n_live_tup
), TRUE)
FROM pg_stat_user_tables
WHERE relid = 'chunks'::regclass

-- name: analyze
ANALYZE chunks

-- name: refresh_lexeme_frequencies
SELECT refresh_lexeme_frequencies(:sampled)

-- name: copy_chunks
COPY chunks (
    document_id, collection_id, ordinal, heading, name, text, part_kind, part_first, part_last, part_name, start_char,
    end_char, token_count, text_config, embedding
) FROM STDIN (FORMAT BINARY)
