-- The abbreviations of a passage, each as "=pto": those that it writes in capitals, and the initials of its headings (of the
-- first and last words of long ones), of runs of capitalised words, and of definitions such as "paid time off (PTO)" and
-- "PTO (paid time off)". Texts in normal form. A text in capitals throughout has none.
CREATE OR REPLACE FUNCTION short_forms(heading text, body text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    long_forms text[] := '{}';
    defined text[] := '{}';
    written text[] := '{}';
BEGIN
    IF heading ~ '[[:alpha:]][ -][[:alpha:]]' THEN
        long_forms := ARRAY(
            SELECT array_to_string(words[first:last], ' ')
            FROM unnest(string_to_array(heading, ' › ')) AS element
            CROSS JOIN LATERAL (
                SELECT regexp_split_to_array(btrim(regexp_replace(element, '[^[:alpha:]'']+', ' ', 'g')), ' ') AS words
            ) AS divided
            CROSS JOIN LATERAL (
                SELECT 1 AS first, size AS last FROM generate_series(2, 5) AS size WHERE size > 2 OR cardinality(words) = 2
                UNION
                SELECT cardinality(words) - size + 1, cardinality(words) FROM generate_series(3, 5) AS size
            ) AS spans
            WHERE first >= 1 AND last <= cardinality(words)
            LIMIT 30
        );
    END IF;
    IF body ~ '[[:upper:]][[:lower:]]+[ -][[:upper:]][[:lower:]]' THEN
        long_forms := long_forms || ARRAY(
            SELECT DISTINCT regexp_replace(runs[1], '^(?:The|A|An|Der|Die|Das|Le|La|Les|El|Los|Las|Il|De|Het) ', '')
            FROM regexp_matches(
                body,
                '((?:[[:upper:]][[:lower:]]+[ -](?:(?:and|de|der|des|di|du|for|für|in|of|on|the|und|von) ){0,2}){1,5}[[:upper:]][[:lower:]]+)',
                'g'
            ) AS matched (runs)
            LIMIT 30
        );
    END IF;
    IF body ~ '\([[:upper:]]{2}' THEN
        defined := ARRAY(
            SELECT short || '=' || long
            FROM (
                SELECT lower(parts[2]) AS short, regexp_split_to_array(parts[1], '[ -]+') AS words
                FROM regexp_matches(
                    body, '([[:alpha:]][[:alpha:] ''-]{3,80}) \(([[:upper:]]{2,8})s?[);,]', 'g'
                ) AS matched (parts)
            ) AS bracketed
            CROSS JOIN LATERAL (
                SELECT array_to_string(words[cardinality(words) - size + 1:], ' ') AS long
                FROM generate_series(length(short), least(length(short) + 3, cardinality(words))) AS size
                WHERE short = ANY(initials(array_to_string(words[cardinality(words) - size + 1:], ' ')))
                ORDER BY size
                LIMIT 1
            ) AS ended
            LIMIT 20
        );
    END IF;
    IF body ~ '[[:upper:]]{2}s? \([[:alpha:]]' THEN
        defined := defined || ARRAY(
            SELECT lower(parts[1]) || '=' || parts[2]
            FROM regexp_matches(body, '\m([[:upper:]]{2,8})s? \(([[:alpha:]][[:alpha:] ''-]{3,80})[);,]', 'g') AS matched (parts)
            WHERE lower(parts[1]) = ANY(initials(parts[2]))
            LIMIT 20
        );
    END IF;
    IF body ~ '\m[[:upper:]]{2,6}s?\M' AND body ~ '[[:lower:]]{3}' THEN
        written := ARRAY(
            SELECT DISTINCT parts[1]
            FROM regexp_matches(body, '\m([[:upper:]]{2,6})s?\M', 'g') AS matched (parts)
            LIMIT 30
        );
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT '=' || lower(folded_text(regexp_replace(form, 's$', '')))
        FROM (
            SELECT unnest(written) UNION ALL SELECT split_part(unnest(defined), '=', 1)
            UNION ALL
            SELECT unnest(initials(long)) FROM unnest(long_forms) AS long
        ) AS forms (form)
        WHERE length(regexp_replace(form, 's$', '')) BETWEEN 2 AND 6
    );
END
$$;
