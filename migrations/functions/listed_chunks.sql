-- In how many chunks of a language a lexeme occurs, or null where it is not listed. One index probe, whatever the planner
-- estimates: a join would read the whole table.
CREATE OR REPLACE FUNCTION listed_chunks(language regconfig, word text) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$ SELECT chunk_count FROM lexeme_frequencies WHERE config = language AND lexeme = word $$;
