-- Those of the given words that passages hold, the most frequent first, at most three; in the languages of a tenth of the
-- passages at least. What stands in one passage only is not listed among the frequencies: it is looked up in the index
-- when no variant is listed, in a small corpus only. In a large one such words are typing errors themselves.
-- plpgsql, so that a connection plans it once.
CREATE OR REPLACE FUNCTION known_variants(variants text[]) RETURNS TABLE (variant text, passages bigint)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    RETURN QUERY
    WITH given AS MATERIALIZED (
        -- Straight from the language's dictionary for words: the parser would take ten times as long.
        SELECT text_configs.config, word, lexeme
        FROM text_configs
        CROSS JOIN LATERAL (
            SELECT CAST(mapdict AS regdictionary) AS dictionary
            FROM pg_ts_config_map
            WHERE mapcfg = text_configs.config AND maptokentype = 2
            ORDER BY mapseqno
            LIMIT 1
        ) AS spoken
        CROSS JOIN unnest(variants) AS word
        CROSS JOIN LATERAL unnest(ts_lexize(spoken.dictionary, word)) AS lexeme
        WHERE text_configs.chunk_count * 10 >= (SELECT greatest(sum(sizes.chunk_count), 1) FROM text_configs AS sizes)
    ),
    listed AS MATERIALIZED (
        SELECT probed.word, probed.chunk_count
        FROM (
            SELECT given.word, (  -- as listed_chunks, whose call would take longer than the probe
                SELECT frequencies.chunk_count
                FROM lexeme_frequencies AS frequencies
                WHERE frequencies.config = given.config AND frequencies.lexeme = given.lexeme
            ) AS chunk_count
            FROM given
        ) AS probed
        WHERE probed.chunk_count IS NOT NULL
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
    -- The frequencies count the passages of everybody: a user is offered only words of passages that he may read.
    WHERE coalesce(current_setting('foremost.acting', true), '') = ''
        OR EXISTS (SELECT FROM given WHERE given.word = known.word AND is_indexed(given.lexeme))
    GROUP BY word
    ORDER BY max(known.chunk_count) DESC, word
    LIMIT 3;
END
$$;
