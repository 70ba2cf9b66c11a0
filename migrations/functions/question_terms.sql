-- The lexemes of a question in each language that occurs, with their weight (times in the question x inverse document
-- frequency) and the number of chunks of that language that contain them. The question is taken to be in the language
-- that leaves the fewest of its words; the stop words of that language are ignored in all, where they would count as
-- rare. Abbreviations that the question may mean are added where a passage has them.
CREATE OR REPLACE FUNCTION question_terms(question text)
RETURNS TABLE (config regconfig, lexeme text, query tsquery, weight double precision, chunk_count double precision)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH short_forms AS MATERIALIZED (
        SELECT form FROM unnest(asked_short_forms(question)) AS asked (form) WHERE is_indexed(form)
    ),
    words AS MATERIALIZED (
        SELECT text_configs.config, word.lexeme, place
        FROM text_configs
        CROSS JOIN LATERAL unnest(search_vector(text_configs.config, question)) AS word
        CROSS JOIN LATERAL unnest(coalesce(word.positions, ARRAY[0::smallint])) AS place
        UNION ALL
        SELECT text_configs.config, short_forms.form, 0
        FROM short_forms CROSS JOIN text_configs
        WHERE text_configs.chunk_count > 0
    ),
    own AS (
        SELECT words.config FROM words GROUP BY words.config ORDER BY count(DISTINCT place), words.config LIMIT 1
    ),
    counted AS (
        SELECT
            words.config,
            words.lexeme,
            count(*) AS times,
            coalesce((  -- not a join: whatever the planner estimates, this is one index probe
                SELECT listed.chunk_count
                FROM lexeme_frequencies AS listed
                WHERE listed.config = words.config AND listed.lexeme = words.lexeme
            ), 1)::double precision AS holding,
            (SELECT greatest(sum(text_configs.chunk_count), 1) FROM text_configs)::double precision AS whole
        FROM words
        WHERE place = 0 OR place IN (SELECT same.place FROM words AS same JOIN own ON own.config = same.config)
        GROUP BY words.config, words.lexeme
    ),
    spread AS (
        SELECT counted.*, least(whole, sum(holding) OVER (PARTITION BY counted.lexeme)) AS everywhere FROM counted
    )
    SELECT
        spread.config,
        spread.lexeme,
        lexeme_query(spread.lexeme),
        times * ln(1 + (whole - everywhere + 0.5) / (everywhere + 0.5)),
        holding
    FROM spread
$$;
