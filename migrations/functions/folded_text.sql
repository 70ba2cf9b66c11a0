-- A text in normal form without what is often left out in writing: accents and other marks of Latin, Greek and Cyrillic
-- letters, vowel signs and the spellings of alef, ya and ta marbuta in Arabic, points in Hebrew, dots below in the scripts
-- of India; ø is o, ß is ss. Letters that only look like a marked one stay (й, ї, ў, and the kana).
CREATE OR REPLACE FUNCTION folded_text(normal text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    bare text := normal;
BEGIN
    IF octet_length(bare) = length(bare)
        OR bare !~ '[\u00C0-\u052F\u0591-\u05C7\u0610-\u06ED\u093C\u0958-\u095F\u09BC\u0A3C\u0ABC\u0B3C\u1E00-\u1FFF]'
    THEN
        RETURN bare;
    END IF;
    bare := normalize(regexp_replace(
        normalize(bare, NFD),
        '(?<![ИиУу])\u0306+|(?<![Іі])\u0308+|[\u0300-\u0305\u0307\u0309-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4'
            '\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u093C\u09BC\u0A3C'
            '\u0ABC\u0B3C]+',
        '', 'g'
    ), NFC);
    IF bare ~ '[\u00C6\u00D0\u00D8\u00DE\u00DF\u00E6\u00F0\u00F8\u00FE\u0110-\u0167\u1E9E]' THEN
        bare := translate(bare, 'ØøÐðĐđĦħıĿŀŁłŊŋŦŧĸ', 'OoDdDdHhiLlLlNnTtk');
        bare := replace(replace(replace(replace(bare, 'ß', 'ss'), 'ẞ', 'SS'), 'æ', 'ae'), 'Æ', 'AE');
        bare := replace(replace(replace(replace(bare, 'œ', 'oe'), 'Œ', 'OE'), 'þ', 'th'), 'Þ', 'TH');
    END IF;
    -- final sigma; alef wasla, alef maksura, ta marbuta, and the letters of Persian and Urdu for kaf, ya and ha
    RETURN translate(
        bare,
        U&'\03C2\0671\0649\0629\06A9\06CC\06D2\06C1\06BE\06C3\06D5',
        U&'\03C3\0627\064A\0647\0643\064A\064A\0647\0647\0647\0647'
    );
END
$$;
