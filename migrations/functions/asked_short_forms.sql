-- The abbreviations that a question may mean, each as "=pto" like those of short_forms: its words in capitals, its short rare
-- words, and the initials of up to five of its words in a row ("paid time off"). Most are no abbreviations: the caller keeps
-- those that occur in a passage.
CREATE OR REPLACE FUNCTION asked_short_forms(question text) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    normal CONSTANT text := left(normal_text(question), 400);
    words CONSTANT text[] := regexp_split_to_array(btrim(regexp_replace(normal, '[^[:alpha:]'']+', ' ', 'g')), ' ');
    mixed CONSTANT boolean := normal ~ '[[:lower:]]';
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT '=' || lower(folded_text(regexp_replace(form, 's$', '')))
        FROM (
            SELECT word FROM unnest(words) AS word WHERE mixed AND word ~ '^[[:upper:]]{2,6}s?$'
            UNION ALL
            -- in small letters only what no language takes for a usual word
            SELECT word
            FROM unnest(words) AS word
            WHERE word ~ '^[[:alpha:]]{2,6}$'
                AND to_tsvector('english', word) <> ''
                AND NOT EXISTS (
                    SELECT FROM lexeme_frequencies AS listed
                    JOIN text_configs ON text_configs.config = listed.config
                    WHERE listed.lexeme = ANY(tsvector_to_array(to_tsvector(text_configs.config, word)))
                )
            UNION ALL
            SELECT unnest(initials(array_to_string(words[first:first + size - 1], ' ')))
            FROM generate_series(1, least(cardinality(words), 40)) AS first CROSS JOIN generate_series(2, 5) AS size
            WHERE first + size - 1 <= cardinality(words)
                AND (size > 2 OR (words[first] ~ '^[[:upper:]]' AND words[first + 1] ~ '^[[:upper:]]'))
        ) AS forms (form)
        WHERE length(form) BETWEEN 2 AND 6
        LIMIT 200
    );
END
$$;
