-- The collections in which the acting user has this level, whatever exceptions there are for documents.
CREATE OR REPLACE FUNCTION collections_at(wanted integer) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
AS $$ SELECT unnest(remembered_ids('collections_at', wanted)) $$;
