-- The words of at least five letters in a question that no passage holds and that no language that occurs leaves out as a
-- stop word; at most two. In small letters.
-- plpgsql, so that a connection plans it once.
CREATE OR REPLACE FUNCTION unknown_words(question text) RETURNS SETOF text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    RETURN QUERY
    WITH words AS MATERIALIZED (
        SELECT DISTINCT lower(runs[1]) AS word
        FROM regexp_matches(
            normal_text(question), '(?<![[:alnum:]_.@/-])([[:alpha:]]{5,30})(?![[:alnum:]_@/-])', 'g'
        ) AS matched (runs)
        LIMIT 40
    ),
    analysed AS MATERIALIZED (
        SELECT words.word, text_configs.config, tsvector_to_array(to_tsvector(text_configs.config, words.word)) AS lexemes
        FROM words CROSS JOIN text_configs
        WHERE text_configs.chunk_count > 0
    ),
    unlisted AS MATERIALIZED (  -- a lexeme of one passage only is not listed either
        SELECT analysed.word
        FROM analysed
        GROUP BY analysed.word
        HAVING count(listed_chunks(analysed.config, analysed.lexemes[1])) = 0 AND min(cardinality(analysed.lexemes)) > 0
    )
    SELECT unlisted.word
    FROM unlisted
    WHERE NOT EXISTS (
        SELECT FROM analysed
        WHERE analysed.word = unlisted.word
            AND is_indexed(analysed.lexemes[1])
    )
    ORDER BY unlisted.word
    LIMIT 2;
END
$$;
