-- A text as it is compared: characters that a reader cannot see are left out, and those that a reader cannot tell apart
-- are one. Full-width letters, ligatures and other compatibility forms become plain (NFKC), but superscripts keep their
-- meaning (10⁵ is 10^5). Hyphens, apostrophes, quotation marks, spaces and the digits of all scripts are alike. Accents
-- stay.
CREATE OR REPLACE FUNCTION normal_text(body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- the zeros of other scripts: Arabic, Persian, N'Ko, the scripts of India, Thai, Lao, Tibetan, Myanmar, Khmer, Mongolian
    zeros CONSTANT integer[] := ARRAY[
        1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664, 3792, 3872, 4160, 6112, 6160
    ];
    zero integer;
    plain text := body;
    word text;
    twin text;
BEGIN
    IF octet_length(plain) = length(plain) THEN
        RETURN plain;
    END IF;
    -- First what most texts have besides ASCII: typographic quotation marks and dashes, and the hard space.
    plain := replace(replace(replace(plain, U&'\2019', ''''), U&'\201C', '"'), U&'\201D', '"');
    plain := replace(replace(replace(plain, U&'\2013', '-'), U&'\2014', ' '), U&'\00A0', ' ');
    IF octet_length(plain) = length(plain) THEN
        RETURN plain;
    END IF;
    IF plain ~ '[\u00A8\u00A9\u00AE-\u00B4\u00B8\u00B9\u00BC-\u00BE\u02D8-\u02DD\u2015\u2026\u2070-\u207B\u2120\u2122\u2150-\u215F]' THEN
        plain := regexp_replace(plain, '(?<=[[:alnum:])\u2080-\u2089])(?=[\u00B2\u00B3\u00B9\u2070\u2074-\u207B])', '^', 'g');
        plain := regexp_replace(plain, '(?<=[\u00B2\u00B3\u00B9\u2070\u2074-\u207B])\^', '', 'g');
        plain := regexp_replace(plain, '(?<=[[:digit:]])(?=[\u00BC-\u00BE\u2150-\u215F])', ' ', 'g');
        plain := regexp_replace(plain, '[\u00A8\u00A9\u00AE\u00AF\u00B8\u02D8-\u02DD\u2015\u2026\u2120\u2122]', ' ', 'g');
        plain := replace(plain, U&'\00B4', '''');
    END IF;
    plain := replace(normalize(plain, NFKC), U&'\2044', '/');
    -- What is left out: soft hyphen, joiners and other controls of form and direction, tatweel, variation selectors, tags.
    IF plain ~ '[\u00AB-\u00BB\u02B9-\u034F\u058A-\u05F4\u061C-\u066C\u06F0-\u06F9\u07C0-\u07C9\u0966-\u2060\u2061-\u30FF\uA78B'
        '\uA78C\uFE00-\uFFFF\U00010000-\U000E01EF]'
    THEN
        plain := regexp_replace(
            plain,
            '[\u00AD\u034F\u061C\u0640\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F'
                '\uFEFF\uFFF9-\uFFFB\U000E0000-\U000E01EF]',
            '', 'g'
        );
        plain := regexp_replace(
            plain, '[\u02B9-\u02BD\u02C8\u02EE\u055A\u05F3\u2018-\u201B\u2032\u2035\uA78B\uA78C]', '''', 'g'
        );
        plain := regexp_replace(plain, '[\u058A\u05BE\u2010-\u2013\u2043\u2212]', '-', 'g');
        plain := regexp_replace(plain, '[\u00AB\u00BB\u05F4\u201C-\u201F\u2033\u2036\u300C-\u300F\u301D-\u301F]', '"', 'g');
        IF plain ~ '[\u0660-\u066C\u06F0-\u06F9\u07C0-\u07C9\u0966-\u1819]' THEN
            FOREACH zero IN ARRAY zeros LOOP
                plain := translate(
                    plain, (SELECT string_agg(chr(zero + n), '' ORDER BY n) FROM generate_series(0, 9) AS n), '0123456789'
                );
            END LOOP;
            plain := translate(plain, U&'\066B\066C', '.,');
        END IF;
    END IF;
    -- A word of two scripts whose letters all look like those of one of them is taken to be written in that one, and a code
    -- whose letters all look like Latin capitals to be Latin.
    IF plain ~ '[A-Za-z][\u0391-\u03BF\u0400-\u04FF\u051A-\u051D]|[\u0391-\u03BF\u0400-\u04FF\u051A-\u051D]([A-Za-z]|-?[0-9])' THEN
        FOR word IN
            SELECT DISTINCT runs[1]
            FROM regexp_matches(
                plain, '([A-Za-z\u0391-\u03BF\u0400-\u04FF\u051A-\u051D]+(?:-?[0-9])?)', 'g'
            ) AS matched (runs)
            WHERE runs[1] ~ '[^A-Za-z0-9-]' AND runs[1] ~ '[A-Za-z0-9]'
            LIMIT 100
        LOOP
            twin := translate(
                word, 'АВЕКМНОРСТУХЅІЈԚԜаеорсухѕіјԛԝһԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧο', 'ABEKMHOPCTYXSIJQWaeopcyxsijqwhdABEZHIKMNOPTYXo'
            );
            IF twin ~ '[^A-Za-z0-9-]' AND word ~ '[A-Za-z]' AND word !~ '[\u0391-\u03BF]' THEN
                twin := translate(word, 'ABEKMHOPCTYXSIJaeopcyxsij', 'АВЕКМНОРСТУХЅІЈаеорсухѕіј');
            END IF;
            IF twin !~ '[^A-Za-z0-9-]' AND (word ~ '[A-Za-z]' OR word = upper(word)) OR twin !~ '[A-Za-z]' THEN
                plain := replace(plain, word, twin);
            END IF;
        END LOOP;
    END IF;
    RETURN plain;
END
$$;
