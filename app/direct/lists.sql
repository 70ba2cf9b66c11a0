-- name: documents
-- What is known of every document that a search reads, its text left out.
SELECT
    documents.id,
    documents.name,
    documents.title,
    documents.source_uri,
    documents.media_type,
    documents.language,
    collections.name AS collection,
    ARRAY(SELECT jsonb_object_keys(documents.tags)) AS tags,
    coalesce(documents.modified_at, documents.ingested_at, documents.created_at) AS dated,
    greatest(documents.ingested_at, documents.created_at) AS came,
    documents.chunk_count
FROM documents_that_meet(CAST(:filters AS jsonb)) AS wanted
JOIN documents ON documents.id = wanted.id
JOIN collections ON collections.id = documents.collection_id
WHERE documents.status = 'ready'
    AND (CAST(:collection AS text) IS NULL OR collections.name = CAST(:collection AS text))
ORDER BY documents.name, documents.id

-- name: holding
-- For each document the number of passages that hold all words of the run, by the whole index, and the best of them. Words
-- are taken in every language that occurs; a run without a word that a language indexes holds nowhere in it.
SELECT
    matches.document_id,
    count(*) AS passages,
    (array_agg(matches.id ORDER BY matches.rank DESC, matches.ordinal))[1] AS chunk_id
FROM text_configs
CROSS JOIN LATERAL (SELECT run_query(text_configs.config, :run) AS query) AS asked
CROSS JOIN LATERAL (
    SELECT chunks.id, chunks.document_id, chunks.ordinal, ts_rank(chunks.tsv, asked.query, 1) AS rank
    FROM chunks
    WHERE chunks.tsv @@ asked.query AND chunks.text_config = text_configs.config
) AS matches
GROUP BY matches.document_id

-- name: beginnings
-- The first words of documents, in which a date may stand.
SELECT id, left(text, 400) AS beginning FROM documents WHERE id = ANY(CAST(:document_ids AS bigint[]))
