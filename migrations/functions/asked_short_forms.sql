-- The abbreviations that a question may mean, each as "=pto" like those of short_forms: its words in capitals, its short
-- words that no passage holds, and the initials of its runs of capitalised words ("Paid Time Off"). The caller keeps those
-- that occur in a passage. Initials of any other words in a row would be noise: nearly all two letters are some initials.
CREATE OR REPLACE FUNCTION asked_short_forms(question text) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    normal CONSTANT text := left(normal_text(question), 400);
    words CONSTANT text[] := ARRAY(SELECT runs[1] FROM regexp_matches(normal, '\m([[:alpha:]]{2,6})\M', 'g') AS matched (runs));
    mixed CONSTANT boolean := normal ~ '[[:lower:]]';
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT '=' || lower(folded_text(regexp_replace(form, 's$', '')))
        FROM (
            SELECT word FROM unnest(words) AS word WHERE mixed AND word ~ '^[[:upper:]]{2,}s?$'
            UNION ALL
            -- in small letters only what no language takes for a usual word
            SELECT analysed.word
            FROM (
                SELECT word, text_configs.config, tsvector_to_array(to_tsvector(text_configs.config, word)) AS lexemes
                FROM unnest(words) AS word CROSS JOIN text_configs
                WHERE text_configs.chunk_count > 0
            ) AS analysed
            GROUP BY analysed.word
            HAVING count(listed_chunks(config, lexemes[1])) = 0 AND min(cardinality(lexemes)) > 0
            UNION ALL
            SELECT unnest(initials(regexp_replace(runs[1], '^(?:The|A|An|Der|Die|Das|Le|La|Les|El|Los|Las|Il|De|Het) ', '')))
            FROM regexp_matches(
                normal,
                '((?:[[:upper:]][[:lower:]]+[ -](?:(?:and|de|der|des|di|du|for|für|in|of|on|the|und|von) ){0,2}){1,5}[[:upper:]][[:lower:]]+)',
                'g'
            ) AS matched (runs)
        ) AS forms (form)
        WHERE length(regexp_replace(form, 's$', '')) BETWEEN 2 AND 6
        LIMIT 200
    );
END
$$;
