-- name: known_documents
-- Addresses that a reference means: an id, an address, or a file's name. Of documents that are gone the ledger knows.
SELECT DISTINCT uri
FROM (
    SELECT source_uri AS uri, id::text AS id, name FROM documents
    UNION ALL SELECT source_uri, document_id::text, name FROM candidates
    UNION ALL SELECT e.source_uri, '', '' FROM golden_expected AS e
    UNION ALL SELECT u.name, '', '' FROM uploads AS u
        WHERE NOT EXISTS (SELECT FROM documents AS d WHERE d.name = u.name)
) AS known
WHERE uri <> '' AND (uri = :reference OR id = :reference OR name = :reference)
ORDER BY uri
LIMIT 6

-- name: forgotten
-- The document with the members of an archive, wherever they are known.
SELECT array_agg(DISTINCT uri) AS uris, array_agg(DISTINCT id) FILTER (WHERE id IS NOT NULL) AS ids,
    array_agg(DISTINCT name) FILTER (WHERE name <> '') AS names
FROM (
    SELECT source_uri AS uri, id, name FROM documents
    UNION ALL SELECT source_uri, document_id, name FROM candidates
    UNION ALL SELECT uri, NULL, '' FROM remote_items
    UNION ALL SELECT CAST(:uri AS text), NULL, regexp_replace(:uri, '^.*/', '')
) AS known
WHERE uri = :uri OR starts_with(uri, CAST(:uri AS text) || '!/')

-- name: running_jobs
SELECT count(*) FROM procrastinate_jobs
WHERE status = 'doing' AND EXISTS (SELECT FROM unnest(CAST(:uris AS text[])) AS uri WHERE strpos(args::text, uri) > 0)

-- name: delete_golden_expected
-- By address or name, and quotes without either that are the document's words.
DELETE FROM golden_expected AS e
WHERE e.source_uri = ANY(:uris) OR e.source_uri = ANY(:names)
    OR (e.source_uri = '' AND e.quote <> '' AND EXISTS (
        SELECT FROM documents AS d WHERE d.id = ANY(:ids) AND strpos(d.text, e.quote) > 0))
RETURNING question_id

-- name: delete_golden_without_passage
DELETE FROM golden_questions
WHERE id = ANY(:ids) AND answerable AND NOT EXISTS (SELECT FROM golden_expected WHERE question_id = golden_questions.id)
RETURNING question

-- name: strip_evaluations
-- Questions that are gone, and those whose results name the document.
UPDATE evaluations SET run = jsonb_set(run, '{questions}', (
    SELECT coalesce(jsonb_agg(question ORDER BY place), '[]')
    FROM jsonb_array_elements(run -> 'questions') WITH ORDINALITY AS each(question, place)
    WHERE question ->> 'text' <> ALL(CAST(:questions AS text[]))
        AND NOT EXISTS (SELECT FROM unnest(CAST(:uris AS text[])) AS uri WHERE strpos(question::text, uri) > 0)))
WHERE EXISTS (
    SELECT FROM jsonb_array_elements(run -> 'questions') AS question
    WHERE question ->> 'text' = ANY(CAST(:questions AS text[]))
        OR EXISTS (SELECT FROM unnest(CAST(:uris AS text[])) AS uri WHERE strpos(question::text, uri) > 0))

-- name: answers_from
-- Answers that were written from the document's passages.
SELECT DISTINCT answer_id::text FROM candidates WHERE document_id = ANY(:ids) AND passage_number IS NOT NULL

-- name: blank_answers
-- What the model wrote from the document, the prompt with its passages, and the notices; the question stays.
UPDATE answers SET text = :marker, sentences = '[]', prompt = '[]', notices = '[]', error = '', feedback = 0,
    removed_markers = 0, passages = (
        SELECT coalesce(jsonb_agg(passage ORDER BY place), '[]')
        FROM jsonb_array_elements(passages) WITH ORDINALITY AS each(passage, place)
        WHERE NOT EXISTS (
            SELECT FROM candidates AS k
            WHERE k.answer_id = answers.id AND k.document_id = ANY(:ids)
                AND k.passage_number = CAST(passage ->> 'number' AS integer)))
WHERE id = ANY(CAST(:answers AS uuid[]))

-- name: unwrite_questions
-- A follow-up is rewritten from what was asked and answered before it.
UPDATE answers SET query = jsonb_build_object('text', question, 'changed', false, 'reason', ''), plan = '{"kind": "simple"}'
WHERE (CAST(query ->> 'changed' AS boolean) OR query ->> 'also' <> '') AND (id = ANY(CAST(:answers AS uuid[])) OR chat_id IN (
    SELECT chat_id FROM answers WHERE id = ANY(CAST(:answers AS uuid[])) AND chat_id IS NOT NULL))

-- name: unwrite_plans
-- A second hop is searched with names from the passages of the first one, in the prompt or not.
UPDATE answers SET plan = '{"kind": "simple"}'
WHERE plan ->> 'kind' <> 'simple' AND id IN (SELECT answer_id FROM candidates WHERE document_id = ANY(:ids))

-- name: delete_candidates
DELETE FROM candidates WHERE document_id = ANY(:ids)

-- name: delete_documents
DELETE FROM documents WHERE id = ANY(:ids)

-- name: delete_remote_items
DELETE FROM remote_items WHERE uri = ANY(:uris)

-- name: delete_uploads
DELETE FROM uploads WHERE name = ANY(:names)

-- name: delete_jobs
DELETE FROM procrastinate_jobs
WHERE EXISTS (SELECT FROM unnest(CAST(:uris AS text[])) AS uri WHERE strpos(args::text, uri) > 0)
    OR (task_name = 'ingest.upload' AND NOT EXISTS (
        SELECT FROM uploads AS u WHERE u.id = CAST(args ->> 'upload_id' AS bigint)))

-- name: refresh_frequencies
SELECT refresh_lexeme_frequencies(:sampled)

-- name: chats_of
-- Of a chat, of an owner, or older than a number of days; exactly one is given.
SELECT id::text FROM chats
WHERE id::text = :chat OR owner = CAST(:owner AS text) OR updated_at < now() - make_interval(days => CAST(:days AS integer))

-- name: questions_of
SELECT DISTINCT question FROM answers
WHERE chat_id = ANY(CAST(:chats AS uuid[]))
    OR (chat_id IS NULL AND created_at < now() - make_interval(days => CAST(:days AS integer)))

-- name: delete_answers
DELETE FROM answers
WHERE chat_id = ANY(CAST(:chats AS uuid[]))
    OR (chat_id IS NULL AND created_at < now() - make_interval(days => CAST(:days AS integer)))

-- name: delete_chats
DELETE FROM chats WHERE id = ANY(CAST(:chats AS uuid[]))

-- name: delete_golden_of_questions
-- Those that came from an answer; a question of a file or one that was typed stays.
DELETE FROM golden_questions WHERE question = ANY(:questions) AND source IN ('thumbs', 'picked', 'why')
RETURNING question

-- name: delete_old_runs
WITH runs AS (
    DELETE FROM evaluations WHERE created_at < now() - make_interval(days => CAST(:days AS integer)) RETURNING 1
), measured AS (
    DELETE FROM sweeps WHERE created_at < now() - make_interval(days => CAST(:days AS integer)) RETURNING 1
)
SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM measured)

-- name: delete_old_uploads
DELETE FROM uploads WHERE status = 'failed' AND created_at < now() - make_interval(days => CAST(:days AS integer))

-- name: delete_old_jobs
DELETE FROM procrastinate_jobs AS j
WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS (
    SELECT FROM procrastinate_events AS e
    WHERE e.job_id = j.id AND e.at >= now() - make_interval(days => CAST(:days AS integer)))

-- name: can_clear_statistics
SELECT to_regprocedure('pg_clear_attribute_stats(text, text, text, boolean)') IS NOT NULL

-- name: clear_statistics
-- ANALYZE leaves those of a table that is empty now: they hold common values of its columns.
SELECT count(pg_clear_attribute_stats(s.schemaname::text, s.tablename::text, s.attname::text, s.inherited))
FROM pg_stats AS s
JOIN pg_class AS c ON c.oid = format('%I.%I', s.schemaname, s.tablename)::regclass
WHERE s.schemaname = 'public' AND c.reltuples = 0

-- name: log
SELECT current_setting('max_wal_size') AS size, current_setting('checkpoint_timeout') AS checkpoint,
    current_setting('archive_mode') AS archive

-- name: vacuum
VACUUM (ANALYZE) documents, chunks, answers, candidates, chats, uploads, golden_questions, golden_expected, evaluations,
    remote_items, procrastinate_jobs, procrastinate_events, lexeme_frequencies
