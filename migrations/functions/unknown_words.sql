-- The words of at least five letters in a question that no passage holds and that no language that occurs leaves out as a
-- stop word; at most four. In small letters.
CREATE OR REPLACE FUNCTION unknown_words(question text) RETURNS TABLE (word text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$
    WITH words AS MATERIALIZED (
        SELECT DISTINCT lower(runs[1]) AS word
        FROM regexp_matches(normal_text(question), '(?<![[:alnum:]_.@/-])([[:alpha:]]{5,30})(?![[:alnum:]_@/-])', 'g') AS matched (runs)
        LIMIT 40
    ),
    analysed AS (
        SELECT words.word, text_configs.config, tsvector_to_array(search_vector(text_configs.config, words.word)) AS lexemes
        FROM words CROSS JOIN text_configs
        WHERE text_configs.chunk_count > 0
    )
    SELECT analysed.word
    FROM analysed
    GROUP BY analysed.word
    HAVING NOT bool_or(
        cardinality(lexemes) = 0
        OR EXISTS (
            SELECT FROM unnest(lexemes) AS own (form)
            WHERE EXISTS (
                    SELECT FROM lexeme_frequencies AS listed
                    WHERE listed.config = analysed.config AND listed.lexeme = own.form
                )
                OR EXISTS (SELECT FROM chunks WHERE tsv @@ lexeme_query(own.form))
        )
    )
    ORDER BY analysed.word
    LIMIT 4
$$;
