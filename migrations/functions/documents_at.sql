-- The documents that an exception opens to the acting user at this level.
CREATE OR REPLACE FUNCTION documents_at(wanted integer) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
AS $$ SELECT unnest(remembered_ids('documents_at', wanted)) $$;
