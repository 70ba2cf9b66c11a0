-- The lexemes of any text: passages, names and questions are all analysed by this one function.
CREATE OR REPLACE FUNCTION search_vector(config regconfig, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT normal_vector(config, normal_text(body)) $$;
