-- A text as runs of words are compared in it: normal form, small letters, without accents, one space between words.
CREATE OR REPLACE FUNCTION run_text(body text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT btrim(regexp_replace(lower(folded_text(normal_text(body))), '\s+', ' ', 'g')) $$;
