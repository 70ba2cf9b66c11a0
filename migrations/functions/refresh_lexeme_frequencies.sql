-- Counts in how many chunks each lexeme occurs: in all chunks while there are at most `sampled`, beyond that in a sample
-- of about this size. Readers see the old counts until it commits; a second caller waits. The languages' own counts come
-- last, so that writers hardly wait for those rows.
CREATE OR REPLACE FUNCTION refresh_lexeme_frequencies(sampled bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    language regconfig;
    portion double precision;
BEGIN
    LOCK TABLE lexeme_frequencies IN SHARE ROW EXCLUSIVE MODE;
    portion := least(1, sampled / greatest((SELECT count(*) FROM chunks), 1)::double precision);
    FOR language IN SELECT config FROM text_configs ORDER BY config LOOP
        WITH counted AS MATERIALIZED (
            SELECT word AS lexeme, round(ndoc / portion)::bigint AS chunk_count
            FROM ts_stat(format(
                'SELECT tsv FROM chunks TABLESAMPLE SYSTEM (%s) REPEATABLE (1) WHERE text_config = %L::regconfig',
                100 * portion, language
            ))
            WHERE ndoc > 1
        ),
        gone AS (
            DELETE FROM lexeme_frequencies AS old
            WHERE old.config = language AND NOT EXISTS (SELECT FROM counted WHERE counted.lexeme = old.lexeme)
        )
        INSERT INTO lexeme_frequencies AS old (config, lexeme, chunk_count)
        SELECT language, lexeme, chunk_count FROM counted ORDER BY lexeme
        ON CONFLICT (config, lexeme) DO UPDATE SET chunk_count = EXCLUDED.chunk_count
        WHERE old.chunk_count <> EXCLUDED.chunk_count;
    END LOOP;
    UPDATE text_configs SET chunk_count = counted.chunks
    FROM (
        SELECT config, count(chunks.id) AS chunks
        FROM text_configs LEFT JOIN chunks ON chunks.text_config = config
        GROUP BY config
    ) AS counted
    WHERE counted.config = text_configs.config;
END
$$;
