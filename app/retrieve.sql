-- name: scope
-- Model of the corpus, and whether the searched part is small enough to compare every vector.
SELECT
    (SELECT embedding_model FROM corpus) AS embedding_model,
    (SELECT id FROM collections WHERE name = :collection) AS collection_id,
    (
        SELECT count(*)
        FROM (
            SELECT 1
            FROM chunks
            WHERE CAST(:collection AS text) IS NULL
                OR collection_id = (SELECT id FROM collections WHERE name = :collection)
            LIMIT :exact_below
        ) AS counted
    ) < :exact_below AS exact

-- name: collections
SELECT name FROM collections ORDER BY name

-- name: session
-- For this transaction only. A plan made for the very parameters folds the optional filters away.
SELECT
    set_config('hnsw.ef_search', CAST(:ef_search AS text), true),
    set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.max_scan_tuples', '200000', true),
    set_config('hnsw.scan_mem_multiplier', '8', true),
    set_config('plan_cache_mode', 'force_custom_plan', true)

-- name: hybrid
-- The vector leg's inner ORDER BY has one key only: a second one would keep the HNSW index from being used. Ties are
-- broken by id outside. "+ 0" is the exact branch: an expression that no index offers.
WITH nearest AS MATERIALIZED (
    (
        SELECT id, embedding <=> CAST(:embedding AS halfvec) AS distance
        FROM chunks
        WHERE NOT CAST(:exact AS boolean)
            AND (CAST(:collection_id AS bigint) IS NULL OR collection_id = CAST(:collection_id AS bigint))
        ORDER BY embedding <=> CAST(:embedding AS halfvec)
        LIMIT :leg_candidates
    )
    UNION ALL
    (
        SELECT id, (embedding <=> CAST(:embedding AS halfvec)) + 0 AS distance
        FROM chunks
        WHERE CAST(:exact AS boolean)
            AND (CAST(:collection_id AS bigint) IS NULL OR collection_id = CAST(:collection_id AS bigint))
        ORDER BY (embedding <=> CAST(:embedding AS halfvec)) + 0, id
        LIMIT :leg_candidates
    )
),
vector_leg AS (
    SELECT id, distance, row_number() OVER (ORDER BY distance, id) AS rank
    FROM nearest
),
-- The question's lexemes joined by OR, analysed once for each language that occurs.
words AS MATERIALIZED (
    SELECT
        config,
        CAST(
            string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ') AS tsquery
        ) AS query
    FROM text_configs, unnest(tsvector_to_array(to_tsvector(config, :question))) AS lexeme
    GROUP BY config
),
matches AS MATERIALIZED (
    SELECT chunks.id, ts_rank(chunks.tsv, words.query, 1) AS score
    FROM words
    JOIN chunks ON chunks.tsv @@ words.query AND chunks.text_config = words.config
    WHERE CAST(:collection_id AS bigint) IS NULL OR chunks.collection_id = CAST(:collection_id AS bigint)
    ORDER BY score DESC, chunks.id
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
