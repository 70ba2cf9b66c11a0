-- The initials of words separated by spaces or hyphens, in small letters: of all words, and without small words ("Bureau of
-- Labor Statistics" gives bols and bls).
CREATE OR REPLACE FUNCTION initials(long_form text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT ARRAY[
        regexp_replace(lower(long_form), '([[:alpha:]])[[:alpha:]'']*[^[:alpha:]]*', '\1', 'g'),
        regexp_replace(
            regexp_replace(
                lower(long_form),
                '\m(?:a|an|and|at|by|for|from|in|of|on|or|the|to|with|der|des|die|das|für|im|und|von|zu|au|aux|d|de|du|en|et|la|le|les|'
                    'del|el|los|y|di|e|do|da|dos|das|van|het|een)\M[^[:alpha:]]*',
                '', 'g'
            ),
            '([[:alpha:]])[[:alpha:]'']*[^[:alpha:]]*', '\1', 'g'
        )
    ]
$$;
