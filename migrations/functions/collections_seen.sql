-- The collections whose name the acting user sees: those that he reads, and those of single documents that he reads.
CREATE OR REPLACE FUNCTION collections_seen() RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 10 SET search_path FROM CURRENT
AS $$
    SELECT collection_id FROM acting_rights() WHERE source_uri IS NULL AND level >= 1
    UNION
    SELECT documents.collection_id
    FROM acting_exceptions() AS excepted
    JOIN documents ON documents.id = excepted.document_id
    WHERE excepted.level >= 1
$$;
