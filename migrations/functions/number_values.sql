-- Numbers in a text in normal form that are written with separators, as plain numbers: 8,299,259 and 8.299.259 and
-- 8 299 259 and 82,99,259 give 8299259; 12,50 gives 12.5. One separator before three digits may be of either kind.
CREATE OR REPLACE FUNCTION number_values(normal text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    numbers text[];
    match text[];
    fraction text;
BEGIN
    FOR match IN
        SELECT parts
        FROM regexp_matches(
            normal,
            '(?<![[:alnum:].,''-])(?:([0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]+)?)|([0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?)'
                '|([0-9]{1,3}(?:[ ''][0-9]{3})+(?:[.,][0-9]+)?)|([0-9]+[.,][0-9]+))(?![[:alnum:]]|[.,''-][0-9])',
            'g'
        ) AS matched (parts)
    LOOP
        numbers := numbers || CASE
            WHEN match[1] <> '' THEN replace(match[1], ',', '')
            WHEN match[2] <> '' THEN replace(replace(match[2], '.', ''), ',', '.')
            WHEN match[3] <> '' THEN replace(translate(match[3], ' ''', ''), ',', '.')
        END;
        fraction := coalesce(match[4], match[1], match[2]);
        IF length(fraction) - length(translate(fraction, '.,', '')) = 1 THEN
            numbers := numbers || replace(fraction, ',', '.');
        END IF;
    END LOOP;
    RETURN ARRAY(
        SELECT left(CASE WHEN strpos(number, '.') > 0 THEN rtrim(rtrim(number, '0'), '.') ELSE number END, 40)
        FROM unnest(numbers) AS number
        WHERE number IS NOT NULL
    );
END
$$;
