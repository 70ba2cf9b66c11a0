-- The words of a text in normal form that have umlauts, written without them: "Müller" gives "Mueller". Null when there
-- are none.
CREATE OR REPLACE FUNCTION umlauts_written_out(normal text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT string_agg(
        replace(replace(replace(replace(replace(replace(replace(
            runs[1], 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'Ä', 'Ae'), 'Ö', 'Oe'), 'Ü', 'Ue'), 'ß', 'ss'),
        ' '
    )
    FROM regexp_matches(normal, '([[:alpha:]]*[äöüÄÖÜ][[:alpha:]]*)', 'g') AS matched (runs)
$$;
