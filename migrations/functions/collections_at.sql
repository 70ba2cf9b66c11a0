-- The collections in which the acting user has this level, whatever exceptions there are for documents.
CREATE OR REPLACE FUNCTION collections_at(wanted integer) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 SET search_path FROM CURRENT
AS $$ SELECT collection_id FROM acting_rights() WHERE source_uri IS NULL AND level >= wanted $$;
