-- The lexemes of a passage's text or of a question; both are analysed by this one function. It adds two things to the
-- lexemes of the language: identifiers, codes, versions and file names as they are written (the parser splits
-- ERR_0x80070057 and pg_stat_io), and pairs of neighbouring characters for scripts without spaces, which no
-- configuration divides into words. The generated column chunks.tsv depends on it.
CREATE OR REPLACE FUNCTION search_vector(config regconfig, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- Thai, Lao, Myanmar, Khmer, kana and Han; and Hangul, whose words carry their particles
    unspaced CONSTANT text := '[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3005-\u3007\u3041-\u30FF\u31F0-\u31FF'
        '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\uFF66-\uFF9F]+';
    joint CONSTANT text := '[.:/\\@-]+';
    words text := body;
    vector tsvector;
BEGIN
    IF body ~ unspaced THEN
        words := concat_ws(' ', regexp_replace(body, unspaced, ' ', 'g'), (
            SELECT string_agg(substr(runs[1], start, 2), ' ')
            FROM regexp_matches(body, unspaced, 'g') AS matched (runs),
                generate_series(1, greatest(length(runs[1]) - 1, 1)) AS start
        ));
    END IF;
    vector := to_tsvector(config, words);
    IF body ~ ('[[:alnum:]](_|' || joint || '[[:alnum:]])|\+\+|[[:alpha:]]#') THEN
        vector := vector || array_to_tsvector(ARRAY(
            SELECT DISTINCT left(lower(parts[1]), 200)
            FROM regexp_matches(
                body,
                '([[:alnum:]_]+(?:' || joint || '[[:alnum:]_]+)+|[[:alnum:]]*_[[:alnum:]_]+|\m[[:alpha:]](?:\+\+|#))',
                'g'
            ) AS matched (parts)
            WHERE parts[1] ~ '[[:digit:]_+#.]|::'
        ));
    END IF;
    RETURN vector;
END
$$;
