-- Identifiers and values in a text in normal form, each in the forms that it is searched by: identifiers, codes, versions
-- and file names as they are written (the parser splits ERR_0x80070057 and pg_stat_io), codes without separators
-- (PPR-9087 and PPR 9087 are ppr9087), names without their apostrophe, numbers without grouping, dates year first, powers.
CREATE OR REPLACE FUNCTION value_forms(normal text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    forms text[] := '{}';
BEGIN
    IF normal ~ '_|[0-9][[:alnum:]]*[.:/\\@-]+[[:alnum:]]|[.:/\\@-][[:alnum:]]*[0-9]|[[:alnum:]](\.|::)[[:alnum:]]|\+\+|[[:alpha:]]#' THEN
        forms := ARRAY(
            SELECT DISTINCT left(lower(parts[1]), 200)
            FROM regexp_matches(
                normal,
                '([[:alnum:]_]+(?:[.:/\\@-]+[[:alnum:]_]+)+|[[:alnum:]]*_[[:alnum:]_]+|\m[[:alpha:]](?:\+\+|#))',
                'g'
            ) AS matched (parts)
            WHERE parts[1] ~ '[[:digit:]_+#.]|::'
        );
        forms := forms || ARRAY(
            SELECT regexp_replace(form, '[-_/\\:]+|(?<![0-9])\.|\.(?![0-9])', '', 'g')
            FROM unnest(forms) AS form
            WHERE length(form) <= 24
                AND form <> translate(form, '0123456789', '')
                AND (
                    translate(form, '0123456789.:/\@-_', '') <> ''
                    OR (length(translate(form, '-', '')) >= 9 AND translate(form, '0123456789-', '') = '')  -- ISBN and the like
                )
        );
    END IF;
    IF normal ~ '[0-9]' THEN
        IF normal ~ '[[:upper:]][ -][0-9]{2}' THEN
            forms := forms || ARRAY(
                SELECT lower(parts[1] || parts[2] || coalesce(tail, ''))
                FROM regexp_matches(
                    normal, '\m([[:upper:]]{1,5})[ -]([0-9]{2,10}[[:upper:]]{0,3})\M(?:[ -]([[:upper:]]{1,3})\M)?', 'g'
                ) AS matched (parts)
                CROSS JOIN LATERAL (SELECT NULL UNION SELECT parts[3]) AS tails (tail)
            );
        END IF;
        IF normal ~ '[0-9][., ''][0-9]' THEN
            forms := forms || number_values(normal);
        END IF;
        IF normal ~ '(1[5-9]|20)[0-9]{2}|[0-9]{2}[./-][0-9]{2}[./-][0-9]{2}' THEN
            forms := forms || iso_dates(normal);
        END IF;
        IF strpos(normal, '^') > 0 THEN
            forms := forms || ARRAY(
                SELECT lower(form)
                FROM regexp_matches(normal, '([[:alnum:]]{1,20})\^(-?[0-9]{1,9})', 'g') AS matched (parts)
                CROSS JOIN LATERAL (
                    VALUES (parts[1] || '^' || parts[2]), (CASE WHEN parts[1] ~ '[[:alpha:]]' THEN parts[1] || parts[2] END)
                ) AS written (form)
                WHERE form IS NOT NULL
            );
        END IF;
    END IF;
    IF strpos(normal, '''') > 0 THEN
        forms := forms || ARRAY(
            SELECT lower(parts[1] || parts[2])
            FROM regexp_matches(normal, '\m([[:upper:]]{1,2})''([[:upper:]][[:lower:]]+)', 'g') AS matched (parts)
        );
    END IF;
    RETURN forms;
END
$$;
