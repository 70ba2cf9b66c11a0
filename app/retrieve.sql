-- name: corpus
-- Model of the corpus, and the collection asked for.
SELECT
    (SELECT embedding_model FROM corpus) AS embedding_model,
    (SELECT id FROM collections WHERE name = :collection) AS collection_id

-- name: hold_chunks
-- Before the snapshot is taken: a re-embedding switches the column and the corpus row before it or after us, so that
-- no question's vector meets vectors of another model.
LOCK TABLE chunks IN ACCESS SHARE MODE

-- name: collections
SELECT name FROM collections ORDER BY name

-- name: session
-- For this transaction only. A plan made for the very parameters folds the optional filters away; compiling it would
-- take longer than running it.
SELECT
    set_config('hnsw.ef_search', CAST(:ef_search AS text), true),
    set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.max_scan_tuples', '200000', true),
    set_config('hnsw.scan_mem_multiplier', '8', true),
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('jit', 'off', true)

-- name: is_small
-- Whether so few chunks are searched that every vector is compared; counting stops at the limit.
SELECT count(*) < :exact_below
FROM (
    (
        SELECT 1
        FROM chunks
        WHERE NOT CAST(:narrowed AS boolean)
            AND (CAST(:collection_id AS bigint) IS NULL OR collection_id = CAST(:collection_id AS bigint))
        LIMIT :exact_below
    )
    UNION ALL
    (
        SELECT 1
        FROM chunks
        WHERE CAST(:narrowed AS boolean)
            AND document_id = ANY(ARRAY(SELECT id FROM documents_that_meet(CAST(:filters AS jsonb))))
        LIMIT :exact_below
    )
) AS counted

-- name: hybrid
-- The vector leg's inner ORDER BY has one key only: a second one would keep the HNSW index from being used. Ties are
-- broken by id outside. What is small is read by document and compared row by row; ARRAY keeps that plan.
WITH wanted AS MATERIALIZED (
    SELECT id FROM documents_that_meet(CAST(:filters AS jsonb))
),
few AS MATERIALIZED (
    SELECT id, embedding <=> CAST(:embedding AS halfvec) AS distance
    FROM chunks
    WHERE CAST(:exact AS boolean) AND document_id = ANY(ARRAY(SELECT id FROM wanted))
),
nearest AS MATERIALIZED (
    (
        SELECT id, embedding <=> CAST(:embedding AS halfvec) AS distance
        FROM chunks
        WHERE NOT CAST(:exact AS boolean)
            AND (CAST(:collection_id AS bigint) IS NULL OR collection_id = CAST(:collection_id AS bigint))
            AND (NOT CAST(:narrowed AS boolean) OR document_id IN (SELECT id FROM wanted))
        ORDER BY embedding <=> CAST(:embedding AS halfvec)
        LIMIT :leg_candidates
    )
    UNION ALL
    (
        SELECT id, distance FROM few ORDER BY distance, id LIMIT :leg_candidates
    )
),
vector_leg AS (
    SELECT id, distance, row_number() OVER (ORDER BY distance, id) AS rank
    FROM nearest
),
-- The question's lexemes, analysed once for each language that occurs.
lexemes AS MATERIALIZED (
    SELECT config, lexeme
    FROM text_configs, unnest(tsvector_to_array(to_tsvector(config, :question))) AS lexeme
),
questions AS MATERIALIZED (
    SELECT
        config,
        CAST(
            string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ') AS tsquery
        ) AS query
    FROM lexemes
    GROUP BY config
),
-- Any lexeme makes a match; ts_rank, which knows no rarity, chooses the few whose BM25 is worth computing. LATERAL, as
-- the text index is used only with one query at a time.
pool AS MATERIALIZED (
    SELECT best.id, best.tsv, best.length
    FROM questions
    CROSS JOIN LATERAL (
        SELECT id, tsv, token_count AS length
        FROM chunks
        WHERE tsv @@ questions.query
            AND text_config = questions.config
            AND (NOT CAST(:exact AS boolean) OR id = ANY(ARRAY(SELECT few.id FROM few)))
            AND (CAST(:collection_id AS bigint) IS NULL OR collection_id = CAST(:collection_id AS bigint))
            AND (CAST(:exact AS boolean) OR NOT CAST(:narrowed AS boolean) OR document_id IN (SELECT wanted.id FROM wanted))
        ORDER BY ts_rank(tsv, questions.query, 1) DESC, id
        LIMIT :text_pool
    ) AS best
),
-- How many chunks hold a lexeme, as ANALYZE last estimated it; one it does not list is rare and counts as 1. Before
-- the first ANALYZE all count the same, and BM25 orders by frequency in the passage and length alone.
frequencies AS (
    SELECT listed.lexeme, listed.fraction
    FROM pg_stats, unnest(
        CAST(CAST(most_common_elems AS text) AS text[]), most_common_elem_freqs
    ) AS listed (lexeme, fraction)
    WHERE schemaname = current_schema() AND tablename = 'chunks' AND attname = 'tsv' AND listed.lexeme IS NOT NULL
),
terms AS MATERIALIZED (
    SELECT lexeme, ln(1 + (total - holding + 0.5) / (holding + 0.5)) AS idf
    FROM (
        SELECT asked.lexeme, size.total, least(size.total, coalesce(size.total * fraction, 1)) AS holding
        FROM (SELECT DISTINCT lexeme FROM lexemes) AS asked
        CROSS JOIN (
            SELECT CAST(greatest(reltuples, 1) AS double precision) AS total
            FROM pg_class WHERE oid = CAST('chunks' AS regclass)
        ) AS size
        LEFT JOIN frequencies ON frequencies.lexeme = asked.lexeme
    ) AS counted
),
-- BM25 with k1 0.9 and b 0.4; a passage's length is its tokens, the average is that of the pool.
matches AS MATERIALIZED (
    SELECT
        pool.id,
        sum(
            terms.idf * occurring.times
            / (occurring.times + 0.9 * (0.6 + 0.4 * pool.length / greatest(average.length, 1)))
        ) AS score
    FROM pool
    CROSS JOIN (SELECT avg(CAST(length AS double precision)) AS length FROM pool) AS average
    CROSS JOIN LATERAL (
        SELECT held.lexeme, coalesce(array_length(held.positions, 1), 1) AS times
        FROM unnest(pool.tsv) AS held
    ) AS occurring
    JOIN terms ON terms.lexeme = occurring.lexeme
    GROUP BY pool.id
    ORDER BY score DESC, pool.id
    LIMIT :leg_candidates
),
text_leg AS (
    SELECT id, score, row_number() OVER (ORDER BY score DESC, id) AS rank
    FROM matches
),
fused AS (
    SELECT
        id,
        vector_leg.rank AS vector_rank,
        vector_leg.distance AS vector_distance,
        text_leg.rank AS text_rank,
        text_leg.score AS text_score,
        coalesce(CAST(:vector_weight AS double precision) / (:rrf_k + vector_leg.rank), 0)
            + coalesce(CAST(:text_weight AS double precision) / (:rrf_k + text_leg.rank), 0) AS fused_score
    FROM vector_leg
    FULL JOIN text_leg USING (id)
    ORDER BY fused_score DESC, id
    LIMIT :candidates
)
SELECT
    fused.id AS chunk_id,
    chunks.document_id,
    collections.name AS collection,
    coalesce(nullif(documents.title, ''), documents.name) AS title,
    documents.source_uri,
    documents.media_type,
    chunks.heading,
    chunks.part_kind,
    chunks.part_first,
    chunks.part_last,
    chunks.part_name,
    chunks.ordinal,
    chunks.start_char,
    chunks.end_char,
    chunks.text,
    fused.vector_rank,
    coalesce(fused.vector_distance, chunks.embedding <=> CAST(:embedding AS halfvec)) AS vector_distance,
    fused.text_rank,
    fused.text_score,
    row_number() OVER (ORDER BY fused.fused_score DESC, fused.id) AS fused_rank,
    fused.fused_score,
    (SELECT count(*) FROM nearest) AS vector_found
FROM fused
JOIN chunks ON chunks.id = fused.id
JOIN documents ON documents.id = chunks.document_id
JOIN collections ON collections.id = documents.collection_id
ORDER BY fused_rank

-- name: exact_ranks
-- Where given chunks stand in each leg's complete order: every vector is compared, every match is scored as the legs
-- score it, nothing is cut off.
WITH searched AS MATERIALIZED (
    SELECT id, embedding <=> CAST(:embedding AS halfvec) AS distance
    FROM chunks
    WHERE document_id IN (SELECT id FROM documents_that_meet(CAST(:filters AS jsonb)))
),
vector_order AS (
    SELECT id, distance, row_number() OVER (ORDER BY distance, id) AS rank FROM searched
),
lexemes AS MATERIALIZED (
    SELECT config, lexeme
    FROM text_configs, unnest(tsvector_to_array(to_tsvector(config, :question))) AS lexeme
),
questions AS MATERIALIZED (
    SELECT
        config,
        CAST(
            string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ') AS tsquery
        ) AS query
    FROM lexemes
    GROUP BY config
),
pool AS MATERIALIZED (
    SELECT chunks.id, chunks.tsv, chunks.token_count AS length
    FROM questions
    JOIN chunks ON chunks.tsv @@ questions.query AND chunks.text_config = questions.config
    JOIN searched ON searched.id = chunks.id
),
frequencies AS (
    SELECT listed.lexeme, listed.fraction
    FROM pg_stats, unnest(
        CAST(CAST(most_common_elems AS text) AS text[]), most_common_elem_freqs
    ) AS listed (lexeme, fraction)
    WHERE schemaname = current_schema() AND tablename = 'chunks' AND attname = 'tsv' AND listed.lexeme IS NOT NULL
),
terms AS MATERIALIZED (
    SELECT lexeme, ln(1 + (total - holding + 0.5) / (holding + 0.5)) AS idf
    FROM (
        SELECT asked.lexeme, size.total, least(size.total, coalesce(size.total * fraction, 1)) AS holding
        FROM (SELECT DISTINCT lexeme FROM lexemes) AS asked
        CROSS JOIN (
            SELECT CAST(greatest(reltuples, 1) AS double precision) AS total
            FROM pg_class WHERE oid = CAST('chunks' AS regclass)
        ) AS size
        LEFT JOIN frequencies ON frequencies.lexeme = asked.lexeme
    ) AS counted
),
matches AS (
    SELECT
        pool.id,
        sum(
            terms.idf * occurring.times
            / (occurring.times + 0.9 * (0.6 + 0.4 * pool.length / greatest(average.length, 1)))
        ) AS score
    FROM pool
    CROSS JOIN (SELECT avg(CAST(length AS double precision)) AS length FROM pool) AS average
    CROSS JOIN LATERAL (
        SELECT held.lexeme, coalesce(array_length(held.positions, 1), 1) AS times
        FROM unnest(pool.tsv) AS held
    ) AS occurring
    JOIN terms ON terms.lexeme = occurring.lexeme
    GROUP BY pool.id
),
text_order AS (
    SELECT id, score, row_number() OVER (ORDER BY score DESC, id) AS rank FROM matches
)
SELECT
    vector_order.id AS chunk_id,
    vector_order.rank AS vector_rank,
    vector_order.distance AS vector_distance,
    text_order.rank AS text_rank,
    text_order.score AS text_score
FROM vector_order
LEFT JOIN text_order USING (id)
WHERE vector_order.id = ANY(CAST(:chunk_ids AS bigint[]))
