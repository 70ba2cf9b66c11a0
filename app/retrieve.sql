-- name: hold_chunks
-- Runs before the snapshot is taken. A re-embedding switches the column and the corpus row either before this or after
-- the search, so that a question's vector is never compared with vectors of another model.
LOCK TABLE chunks IN ACCESS SHARE MODE

-- name: scope
-- The model of the corpus, the id of the collection, and whether so few chunks are searched that every vector is compared
-- (counting stops at the limit). The settings hold for this transaction. A custom plan drops the filters that are not
-- set; JIT compilation would take longer than the statement.
WITH requested AS MATERIALIZED (
    SELECT (SELECT id FROM collections WHERE name = CAST(:collection AS text)) AS collection_id
)
SELECT
    (SELECT embedding_model FROM corpus) AS embedding_model,
    collection_id,
    (
        SELECT count(*)
        FROM (
            (
                SELECT 1
                FROM chunks
                WHERE NOT CAST(:narrowed AS boolean)
                    AND (requested.collection_id IS NULL OR chunks.collection_id = requested.collection_id)
                LIMIT :exact_below
            )
            UNION ALL
            (
                SELECT 1
                FROM chunks
                WHERE CAST(:narrowed AS boolean)
                    AND (requested.collection_id IS NULL OR chunks.collection_id = requested.collection_id)
                    AND document_id = ANY(ARRAY(SELECT id FROM documents_that_meet(CAST(:filters AS jsonb))))
                LIMIT :exact_below
            )
        ) AS counted
    ) < :exact_below AS small,
    set_config('hnsw.ef_search', CAST(:ef_search AS text), true),
    set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.max_scan_tuples', '200000', true),
    set_config('hnsw.scan_mem_multiplier', '8', true),
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('jit', 'off', true)
FROM requested

-- name: collections
SELECT name FROM collections ORDER BY name

-- name: hybrid
-- The vector leg's inner ORDER BY has one key: with a second one the HNSW index would not be used. Ties are broken by id
-- outside. Small sets are read by document and compared row by row; ARRAY keeps that plan.
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
-- The passages that hold every quoted run of the question as it is written; none when nothing is quoted.
quoting AS MATERIALIZED (
    SELECT matches.id
    FROM unnest(CAST(:runs AS text[])) AS run
    CROSS JOIN text_configs
    CROSS JOIN LATERAL (
        SELECT id
        FROM chunks
        WHERE tsv @@ run_query(text_configs.config, run)
            AND text_config = text_configs.config
            AND strpos(run_text(heading || ' ' || text), run_text(run)) > 0
            AND (CAST(:collection_id AS bigint) IS NULL OR collection_id = CAST(:collection_id AS bigint))
            AND (NOT CAST(:narrowed AS boolean) OR document_id IN (SELECT wanted.id FROM wanted))
        LIMIT :text_pool
    ) AS matches
    GROUP BY matches.id
    HAVING count(DISTINCT run) = cardinality(CAST(:runs AS text[]))
),
-- The question's lexemes, rarest first; a word that was added for a mistyped one has half the weight. `reached`: how many
-- rows hold the lexeme or a rarer one.
terms AS MATERIALIZED (
    SELECT config, query, weight, chunk_count, sum(chunk_count) OVER (ORDER BY chunk_count, config, lexeme) AS reached
    FROM (
        SELECT * FROM question_terms(:question)
        UNION ALL
        SELECT * FROM added_terms(CAST(:added AS text))
    ) AS searched
),
-- The index is searched for the rarest lexemes, as long as they match few enough rows in all. The other lexemes only
-- score those rows. When the rows are too few, the rarest of the other lexemes are searched for too, combined by AND: as
-- many as make the combination rare, assuming that words are independent.
openings AS MATERIALIZED (
    SELECT config, query, weight FROM terms WHERE reached <= :text_rows
    UNION ALL
    SELECT config, CAST(string_agg(CAST(query AS text), ' & ') AS tsquery), sum(weight)
    FROM (
        SELECT
            config,
            query,
            weight,
            sum(ln(least(chunk_count / whole, 1))) OVER (
                PARTITION BY config ORDER BY chunk_count, query ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS log_share
        FROM terms
        CROSS JOIN (SELECT greatest(sum(chunk_count), 1) AS whole FROM text_configs) AS size
        WHERE reached > :text_rows
    ) AS common
    CROSS JOIN (SELECT greatest(sum(chunk_count), 1) AS whole FROM text_configs) AS size
    WHERE (SELECT coalesce(max(reached), 0) FROM terms WHERE reached <= :text_rows) < :text_pool
        AND (log_share IS NULL OR exp(log_share) * size.whole > :text_rows)
    GROUP BY config
),
-- The rows with most of the question's weight, by the index alone. LATERAL, because the text index is used only with one
-- query at a time; LIMIT, because counts are estimates.
opened AS MATERIALIZED (
    SELECT matches.id, sum(openings.weight) AS weight
    FROM openings
    CROSS JOIN LATERAL (
        SELECT id
        FROM chunks
        WHERE tsv @@ openings.query
            AND text_config = openings.config
            AND (CAST(:collection_id AS bigint) IS NULL OR collection_id = CAST(:collection_id AS bigint))
            AND (NOT CAST(:narrowed AS boolean) OR document_id IN (SELECT wanted.id FROM wanted))
        LIMIT :text_rows
    ) AS matches
    WHERE NOT CAST(:by_row AS boolean)
    GROUP BY matches.id
    ORDER BY weight DESC, matches.id
    LIMIT :text_pool
),
-- The rows to score: those of the text index and those of the vector leg. "|| ''" reads each tsvector once for all
-- lexemes.
pool AS MATERIALIZED (
    SELECT id, text_config, tsv || '' AS tsv
    FROM chunks
    WHERE id = ANY(
        CASE
            WHEN CAST(:by_row AS boolean) THEN ARRAY(SELECT id FROM few)
            ELSE ARRAY(SELECT id FROM opened UNION SELECT id FROM nearest UNION SELECT id FROM quoting)
        END
    )
),
scored AS MATERIALIZED (
    SELECT pool.id, sum(lexeme_score(pool.tsv, terms.query, terms.weight)) AS score
    FROM pool
    JOIN terms ON terms.config = pool.text_config
    GROUP BY pool.id
    HAVING sum(lexeme_score(pool.tsv, terms.query, terms.weight)) > 0
),
text_leg AS (
    SELECT id, row_number() OVER (ORDER BY score DESC, id) AS rank
    FROM scored
    ORDER BY score DESC, id
    LIMIT :leg_candidates
),
-- Candidates of either leg, each with the scores of both.
candidates AS MATERIALIZED (
    SELECT
        chunks.id,
        vector_leg.rank AS vector_rank,
        coalesce(vector_leg.distance, chunks.embedding <=> CAST(:embedding AS halfvec)) AS distance,
        text_leg.rank AS text_rank,
        scored.score,
        quoting.id IS NOT NULL AS holds_quote
    FROM (SELECT id FROM vector_leg UNION SELECT id FROM text_leg UNION SELECT id FROM quoting) AS brought
    JOIN chunks ON chunks.id = brought.id
    LEFT JOIN vector_leg ON vector_leg.id = chunks.id
    LEFT JOIN text_leg ON text_leg.id = chunks.id
    LEFT JOIN scored ON scored.id = chunks.id
    LEFT JOIN quoting ON quoting.id = chunks.id
),
-- The score that counts as 1 in each leg: that of its best candidate. Cosines are standardised, so that those of models
-- whose unrelated pairs are already near count too. For the text leg it is at least 0.04 times the
-- question's weight, about a fifth of what is possible, so that a poor best passage does not count as a good one.
best AS (
    SELECT
        nullif(max(greatest(CAST(:slope AS double precision) * (1 - distance) + CAST(:shift AS double precision), 0)), 0)
            AS cosine,
        greatest(max(score), 0.04 * (SELECT max(whole) FROM (SELECT sum(weight) AS whole FROM terms GROUP BY config) AS sums))
            AS score
    FROM candidates
),
fused AS (
    SELECT
        candidates.*,
        coalesce((
            CAST(:vector_weight AS double precision) * coalesce(
                greatest(
                    CAST(:slope AS double precision) * (1 - candidates.distance) + CAST(:shift AS double precision), 0
                ) / best.cosine, 0
            )
            + CAST(:text_weight AS double precision) * coalesce(candidates.score / best.score, 0)
        ) / nullif(CAST(:vector_weight AS double precision) + CAST(:text_weight AS double precision), 0), 0) AS fused_score
    FROM candidates
    CROSS JOIN best
),
-- Those after the first `candidates` are fused out. Their ranks are one value of the first row: to read their passages
-- here would take a fifth of the statement's time.
ranked AS MATERIALIZED (
    SELECT fused.*, row_number() OVER (ORDER BY holds_quote DESC, fused_score DESC, id) AS fused_rank FROM fused
)
SELECT
    ranked.id AS chunk_id,
    chunks.document_id,
    collections.name AS collection,
    coalesce(nullif(documents.title, ''), documents.name) AS title,
    documents.source_uri,
    documents.media_type,
    documents.name,
    coalesce(documents.modified_at, documents.ingested_at, documents.created_at) AS dated,
    chunks.heading,
    chunks.part_kind,
    chunks.part_first,
    chunks.part_last,
    chunks.part_name,
    chunks.ordinal,
    chunks.start_char,
    chunks.end_char,
    chunks.text,
    ranked.vector_rank,
    ranked.distance AS vector_distance,
    ranked.text_rank,
    ranked.score AS text_score,
    ranked.fused_rank,
    ranked.fused_score,
    ranked.holds_quote,
    (SELECT count(*) FROM nearest) AS vector_found,
    CASE
        WHEN ranked.fused_rank = 1 THEN (
            SELECT
                json_agg(
                    json_build_array(
                        id, vector_rank, distance, text_rank, score, fused_rank, fused_score, holds_quote
                    ) ORDER BY fused_rank
                )
            FROM ranked
            WHERE fused_rank > :candidates
        )
    END AS left_out
FROM ranked
JOIN chunks ON chunks.id = ranked.id
JOIN documents ON documents.id = chunks.document_id
JOIN collections ON collections.id = documents.collection_id
WHERE ranked.fused_rank <= :candidates
ORDER BY ranked.fused_rank

-- name: describe
-- Passages by id, with the beginning of their text; deleted ones are left out.
SELECT
    chunks.id AS chunk_id,
    chunks.document_id,
    collections.name AS collection,
    coalesce(nullif(documents.title, ''), documents.name) AS title,
    documents.source_uri,
    documents.media_type,
    documents.name,
    coalesce(documents.modified_at, documents.ingested_at, documents.created_at) AS dated,
    chunks.heading,
    chunks.part_kind,
    chunks.part_first,
    chunks.part_last,
    chunks.part_name,
    chunks.ordinal,
    chunks.start_char,
    chunks.end_char,
    left(chunks.text, :beginning) AS text
FROM chunks
JOIN documents ON documents.id = chunks.document_id
JOIN collections ON collections.id = documents.collection_id
WHERE chunks.id = ANY(CAST(:chunk_ids AS bigint[]))

-- name: unknown_words
SELECT word FROM unknown_words(:question) AS word

-- name: known_variants
SELECT variant FROM known_variants(:variants)

-- name: exact_ranks
-- The ranks of given chunks in the complete order of each leg: every vector is compared, and every chunk gets the score
-- of the text leg.
WITH searched AS MATERIALIZED (
    SELECT id, text_config, tsv, embedding <=> CAST(:embedding AS halfvec) AS distance
    FROM chunks
    WHERE document_id IN (SELECT id FROM documents_that_meet(CAST(:filters AS jsonb)))
),
vector_order AS (
    SELECT id, distance, row_number() OVER (ORDER BY distance, id) AS rank FROM searched
),
terms AS MATERIALIZED (
    SELECT config, query, weight FROM question_terms(:question)
    UNION ALL
    SELECT config, query, weight FROM added_terms(CAST(:added AS text))
),
matches AS (
    SELECT searched.id, sum(lexeme_score(searched.tsv, terms.query, terms.weight)) AS score
    FROM searched
    JOIN terms ON terms.config = searched.text_config
    GROUP BY searched.id
    HAVING sum(lexeme_score(searched.tsv, terms.query, terms.weight)) > 0
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
