-- Whether any passage holds a lexeme, by the index: without the setting the planner expects a row soon and reads them all
-- when there is none.
CREATE OR REPLACE FUNCTION is_indexed(lexeme text) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET enable_seqscan = off
AS $$
BEGIN
    RETURN EXISTS (SELECT FROM chunks WHERE tsv @@ lexeme_query(lexeme));
END
$$;
