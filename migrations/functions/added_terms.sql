-- The terms of words that were added for mistyped ones, with half their weight; none for null. plpgsql, so that it is not
-- planned as a part of every search.
CREATE OR REPLACE FUNCTION added_terms(words text)
RETURNS TABLE (config regconfig, lexeme text, query tsquery, weight double precision, chunk_count double precision)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 5
AS $$
BEGIN
    RETURN QUERY
    SELECT terms.config, terms.lexeme, terms.query, terms.weight / 2, terms.chunk_count FROM question_terms(words) AS terms;
END
$$;
