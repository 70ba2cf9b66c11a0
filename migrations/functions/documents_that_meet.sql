-- Ids of the documents that meet every filter; a key that is absent or null does not filter. Three queries share it.
-- STABLE and a single SELECT, so that the planner inlines it.
CREATE OR REPLACE FUNCTION documents_that_meet(filters jsonb) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT documents.id
    FROM documents
    WHERE (filters ->> 'collection_id' IS NULL OR collection_id = CAST(filters ->> 'collection_id' AS bigint))
        AND (filters ->> 'document_id' IS NULL OR documents.id = CAST(filters ->> 'document_id' AS bigint))
        AND (filters ->> 'document_name' IS NULL OR name = filters ->> 'document_name')
        AND (filters ->> 'path_prefix' IS NULL OR starts_with(source_uri, filters ->> 'path_prefix'))
        AND (filters ->> 'media_type' IS NULL OR media_type = filters ->> 'media_type'
            OR (right(filters ->> 'media_type', 2) = '/*'
                AND starts_with(media_type, left(filters ->> 'media_type', -1))))
        AND (filters ->> 'language' IS NULL OR language = filters ->> 'language')
        AND (filters ->> 'since' IS NULL
            OR coalesce(modified_at, ingested_at, created_at) >= CAST(filters ->> 'since' AS timestamptz))
        AND (filters ->> 'until' IS NULL
            OR coalesce(modified_at, ingested_at, created_at) < CAST(filters ->> 'until' AS timestamptz))
$$;
