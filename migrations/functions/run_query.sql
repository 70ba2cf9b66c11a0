-- The query for the passages of a language that hold all words of a run, so that few are left to compare with it; null for
-- a run without a word that is indexed.
CREATE OR REPLACE FUNCTION run_query(config regconfig, run text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT CAST(string_agg(CAST(lexeme_query(lexeme) AS text), ' & ') AS tsquery)
    FROM unnest(tsvector_to_array(to_tsvector(config, separated_words(folded_text(normal_text(run)))))) AS lexeme
$$;
