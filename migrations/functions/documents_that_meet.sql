-- Ids of the documents that meet every filter; a key that is absent does not filter. Four queries share it. STABLE and a
-- single SELECT, so that the planner inlines it and drops the filters that are not set.
CREATE OR REPLACE FUNCTION documents_that_meet(filters jsonb) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT documents.id
    FROM documents
    WHERE (filters ->> 'collection_id' IS NULL OR collection_id = CAST(filters ->> 'collection_id' AS bigint))
        AND (filters -> 'collections' IS NULL OR collection_id = ANY(ARRAY(
            SELECT collections.id
            FROM collections
            WHERE collections.name = ANY(ARRAY(SELECT jsonb_array_elements_text(filters -> 'collections')))
        )))
        AND (filters -> 'document_ids' IS NULL
            OR documents.id = ANY(ARRAY(
                SELECT CAST(jsonb_array_elements_text(filters -> 'document_ids') AS bigint)
            ))
            OR documents.name = ANY(ARRAY(SELECT jsonb_array_elements_text(filters -> 'document_names'))))
        AND (filters -> 'tags' IS NULL OR tags ?& ARRAY(SELECT jsonb_array_elements_text(filters -> 'tags')))
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
