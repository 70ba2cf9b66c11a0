-- Those of the given words that passages hold, the most frequent first, at most three. What stands in one passage only is
-- not listed among the frequencies: it is looked up in the index when no variant is listed.
CREATE OR REPLACE FUNCTION known_variants(variants text[]) RETURNS TABLE (variant text, chunk_count bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$
    WITH given AS MATERIALIZED (
        SELECT text_configs.config, word, lexeme
        FROM text_configs
        CROSS JOIN unnest(variants) AS word
        CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(text_configs.config, word))) AS lexeme
        WHERE text_configs.chunk_count > 0
    ),
    listed AS MATERIALIZED (
        SELECT given.word, frequencies.chunk_count
        FROM given
        JOIN lexeme_frequencies AS frequencies
            ON frequencies.config = given.config AND frequencies.lexeme = given.lexeme
    ),
    rare AS (
        SELECT given.word, 1::bigint AS chunk_count
        FROM (
            SELECT config, CAST(string_agg(DISTINCT CAST(lexeme_query(lexeme) AS text), ' | ') AS tsquery) AS query
            FROM given
            GROUP BY config
        ) AS queries
        CROSS JOIN LATERAL (
            SELECT tsv FROM chunks WHERE tsv @@ queries.query AND text_config = queries.config LIMIT 20
        ) AS holding
        JOIN given ON given.config = queries.config AND given.lexeme = ANY(tsvector_to_array(holding.tsv))
        WHERE NOT EXISTS (SELECT FROM listed)
    )
    SELECT word, max(known.chunk_count)
    FROM (SELECT * FROM listed UNION ALL SELECT * FROM rare) AS known
    GROUP BY word
    ORDER BY max(known.chunk_count) DESC, word
    LIMIT 3
$$;
