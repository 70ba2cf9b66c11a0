-- A text in normal form as PostgreSQL's parser divides it best: pairs of neighbouring characters for scripts without
-- spaces; code numbers, paths, sentences without a space between them and angle brackets apart, each of which the parser
-- takes for one word or for none (PPR-9087, input/output, end.Next, List<String>). "e-mail" is "email" too.
CREATE OR REPLACE FUNCTION separated_words(normal text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- Thai, Lao, Myanmar, Khmer, kana and Han; and Hangul, whose words carry their particles
    unspaced CONSTANT text := '[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3005-\u3007\u3041-\u30FF\u31F0-\u31FF'
        '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\uFF66-\uFF9F]+';
    words text := normal;
BEGIN
    IF octet_length(normal) > length(normal) AND normal ~ unspaced THEN
        words := concat_ws(' ', regexp_replace(normal, unspaced, ' ', 'g'), (
            SELECT string_agg(substr(runs[1], start, 2), ' ')
            FROM regexp_matches(normal, unspaced, 'g') AS matched (runs),
                generate_series(1, greatest(length(runs[1]) - 1, 1)) AS start
        ));
    END IF;
    IF words ~ '[[:digit:]]{4}-[[:digit:]]{2}-[[:digit:]]{2}' THEN  -- a date is a value: its month and day alone are no words
        words := regexp_replace(words, '\m((?:1[5-9]|20)[[:digit:]]{2})-[[:digit:]]{2}-[[:digit:]]{2}\M', '\1', 'g');
    END IF;
    IF words ~ '[[:alnum:]]-[[:digit:]]|[[:alpha:]]/[[:alpha:]]|[[:lower:]]\.[[:upper:]]|<[[:alpha:]/!]' THEN
        words := regexp_replace(
            words,
            '(?<=[[:alnum:]])-(?=[[:digit:]])|(?<=[[:alpha:]])/(?=[[:alpha:]])|(?<=[[:lower:]])\.(?=[[:upper:]])|<(?=[[:alpha:]/!])',
            ' ', 'g'
        );
    END IF;
    IF words ~ '\m[[:alpha:]]{1,3}-[[:alpha:]]' THEN
        words := concat_ws(' ', words, (
            SELECT string_agg(parts[1] || parts[2], ' ')
            FROM regexp_matches(words, '(?<![[:alnum:]-])([[:alpha:]]{1,3})-([[:alpha:]]{3,})(?![[:alnum:]-])', 'g') AS matched (parts)
        ));
    END IF;
    RETURN words;
END
$$;
