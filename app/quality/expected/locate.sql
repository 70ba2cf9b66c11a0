-- name: is_document
SELECT EXISTS (
    SELECT 1 FROM documents
    WHERE source_uri = :name OR lower(name) = lower(:name) OR lower(title) = lower(:name)
        OR (:name <> '' AND right(source_uri, length(:name) + 1) = '/' || :name)
) OR EXISTS (SELECT 1 FROM uploads WHERE lower(name) = lower(:name))

-- name: addresses
SELECT source_uri, name FROM documents

-- name: documents_named
-- By address, else by file name, else by content, else by title; the best kind of match only.
WITH named AS (
    SELECT
        d.id,
        CASE
            WHEN d.source_uri = :name THEN 1
            WHEN lower(d.name) = lower(:name) OR right(d.source_uri, length(:name) + 1) = '/' || :name THEN 2
            WHEN d.sha256 = CAST(:sha256 AS text) THEN 3
            ELSE 4
        END AS kind
    FROM documents AS d
    JOIN collections AS c ON c.id = d.collection_id
    WHERE (CAST(:collection AS text) IS NULL OR c.name = :collection)
        AND (
            d.source_uri = :name
            OR lower(d.name) = lower(:name)
            OR right(d.source_uri, length(:name) + 1) = '/' || :name
            OR d.sha256 = CAST(:sha256 AS text)
            OR lower(d.title) = lower(:name)
        )
)
SELECT id FROM named WHERE kind = (SELECT min(kind) FROM named) ORDER BY id

-- name: documents
SELECT d.id, c.name AS collection, d.source_uri, d.sha256, d.name, coalesce(nullif(d.title, ''), d.name) AS title, d.status,
    d.error, d.warnings, d.created_at, d.ingested_at
FROM documents AS d
JOIN collections AS c ON c.id = d.collection_id
WHERE d.id = ANY(:ids)
ORDER BY d.id

-- name: uploads_named
SELECT name, status, error FROM uploads WHERE lower(name) = lower(:name) ORDER BY id DESC

-- name: failures
-- Documents that could not be read, the latest first: the words may stand in one of them.
SELECT name, error FROM documents WHERE status = 'failed' ORDER BY id DESC LIMIT :limit

-- name: documents_with_words
-- Documents in which every word of the quote occurs, by the text index, whatever their language.
WITH lexemes AS MATERIALIZED (
    SELECT config, lexeme
    FROM text_configs, unnest(tsvector_to_array(to_tsvector(config, :quote))) AS lexeme
),
needed AS (
    SELECT config, count(*) AS words FROM lexemes GROUP BY config
),
held AS (
    SELECT found.document_id, lexemes.config, count(*) AS words
    FROM lexemes
    CROSS JOIN LATERAL (
        SELECT DISTINCT document_id
        FROM chunks
        WHERE text_config = lexemes.config
            AND tsv @@ CAST(
                '''' || replace(replace(lexemes.lexeme, '\', '\\'), '''', '''''') || '''' AS tsquery
            )
    ) AS found
    GROUP BY found.document_id, lexemes.config
)
SELECT DISTINCT held.document_id AS id
FROM held
JOIN needed ON needed.config = held.config AND needed.words = held.words
JOIN documents AS d ON d.id = held.document_id
JOIN collections AS c ON c.id = d.collection_id
WHERE CAST(:collection AS text) IS NULL OR c.name = :collection
ORDER BY id
LIMIT :limit

-- name: quoted_words
-- Words of a quote that say something in the language that they are taken for: whether half of a word's lexemes or more
-- stand in some passage, and whether in more than one of a hundred.
SELECT
    word,
    avg(CAST(EXISTS (SELECT 1 FROM chunks WHERE text_config = term.config AND tsv @@ term.query) AS integer)) >= 0.5 AS held,
    min(term.chunk_count) > greatest(5, 0.01 * (SELECT sum(chunk_count) FROM text_configs)) AS common
FROM unnest(CAST(:words AS text[])) AS word
CROSS JOIN LATERAL question_terms(word) AS term
GROUP BY word

-- name: size
-- Bytes of all texts, in one collection or in all.
SELECT coalesce(sum(octet_length(d.text)), 0)
FROM documents AS d
JOIN collections AS c ON c.id = d.collection_id
WHERE CAST(:collection AS text) IS NULL OR c.name = :collection

-- name: texts
-- Of these documents, or of all (ids null), in one collection or in all.
SELECT d.id, d.text
FROM documents AS d
JOIN collections AS c ON c.id = d.collection_id
WHERE (CAST(:ids AS bigint[]) IS NULL OR d.id = ANY(CAST(:ids AS bigint[])))
    AND (CAST(:collection AS text) IS NULL OR c.name = :collection)
ORDER BY d.id

-- name: words_at
SELECT substr(text, CAST(:start_char AS integer) + 1, :length) FROM documents WHERE id = :id

-- name: chunks
-- Of one document: those that a span touches, those of a part, or all.
SELECT id, document_id, ordinal, heading, text, part_kind, part_first, part_last, part_name, start_char, end_char
FROM chunks
WHERE document_id = :document_id
    AND (CAST(:start_char AS integer) IS NULL OR (start_char < :end_char AND end_char > :start_char))
    AND (CAST(:part AS integer) IS NULL OR CAST(:part AS integer) BETWEEN part_first AND part_last)
ORDER BY ordinal

-- name: chunk_headed
-- The first chunk after a span, which may be its heading; a heading is part of what is embedded and searched.
SELECT id, document_id, ordinal, heading, text, part_kind, part_first, part_last, part_name, start_char, end_char
FROM chunks
WHERE document_id = :document_id AND start_char >= CAST(:start_char AS integer)
ORDER BY ordinal
LIMIT 1

-- name: chunk
SELECT id, document_id, ordinal, heading, text, part_kind, part_first, part_last, part_name, start_char, end_char
FROM chunks
WHERE id = :id
