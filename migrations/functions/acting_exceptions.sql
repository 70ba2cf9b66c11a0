-- Documents with an exception for the acting user, with the members of archives and mails below them.
CREATE OR REPLACE FUNCTION acting_exceptions() RETURNS TABLE (document_id bigint, level integer)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    WITH RECURSIVE below AS (
        SELECT documents.id, acting.level
        FROM acting_rights() AS acting
        JOIN documents
            ON documents.collection_id = acting.collection_id AND documents.source_uri = acting.source_uri
        WHERE acting.source_uri IS NOT NULL
        UNION
        SELECT documents.id, below.level FROM below JOIN documents ON documents.container_id = below.id
    )
    SELECT id, min(level) FROM below GROUP BY id
$$;
