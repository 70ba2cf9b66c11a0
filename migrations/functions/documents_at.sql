-- The documents that an exception opens to the acting user at this level.
CREATE OR REPLACE FUNCTION documents_at(wanted integer) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 SET search_path FROM CURRENT
AS $$ SELECT document_id FROM acting_exceptions() WHERE level >= wanted $$;
