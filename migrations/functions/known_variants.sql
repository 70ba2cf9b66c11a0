-- Those of the given words that passages hold, the most frequent first, at most three; in the languages of a tenth of the
-- passages at least. What stands in one passage only is
-- not listed among the frequencies: it is looked up in the index when no variant is listed, in a small corpus only. In a
-- large one such words are typing errors themselves.
CREATE OR REPLACE FUNCTION known_variants(variants text[]) RETURNS TABLE (variant text, chunk_count bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$
    WITH given AS MATERIALIZED (
        SELECT text_configs.config, word, lexeme
        FROM text_configs
        CROSS JOIN unnest(variants) AS word
        CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(text_configs.config, word))) AS lexeme
        WHERE text_configs.chunk_count * 10 >= (SELECT greatest(sum(sizes.chunk_count), 1) FROM text_configs AS sizes)
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
        WHERE NOT EXISTS (SELECT FROM listed) AND (SELECT sum(text_configs.chunk_count) FROM text_configs) < 2000
    )
    SELECT word, max(known.chunk_count)
    FROM (SELECT * FROM listed UNION ALL SELECT * FROM rare) AS known
    GROUP BY word
    ORDER BY max(known.chunk_count) DESC, word
    LIMIT 3
$$;
