-- The acting user's level (0 nothing, 1 read, 2 write, 3 admin) for each collection, and for each document address with an
-- exception. A right of the user's own counts before those of groups; of several groups the highest counts. A reader
-- reads at most, and a key reaches its scope at most. The administrator needs no rights, and no exception binds him.
CREATE OR REPLACE FUNCTION acting_rights() RETURNS TABLE (collection_id bigint, source_uri text, level integer)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 SET search_path FROM CURRENT
AS $$
    WITH acting AS (
        SELECT
            users.id,
            users.role,
            least(
                CASE users.role WHEN 'reader' THEN 1 ELSE 3 END,
                CASE current_setting('foremost.scope', true) WHEN 'read' THEN 1 WHEN 'write' THEN 2 ELSE 3 END
            ) AS most
        FROM users
        WHERE users.name = current_setting('foremost.acting', true)
    ),
    -- Once, and not for each right.
    belonging AS MATERIALIZED (
        SELECT ARRAY(
            SELECT memberships.group_id FROM memberships JOIN acting ON memberships.user_id = acting.id
            UNION ALL
            SELECT groups.id FROM groups WHERE groups.name = 'everyone'
        ) AS group_ids
    )
    SELECT collections.id, NULL, acting.most FROM acting CROSS JOIN collections WHERE acting.role = 'admin'
    UNION ALL
    SELECT
        rights.collection_id,
        rights.source_uri,
        least(
            coalesce(max(rights.level) FILTER (WHERE rights.user_id IS NOT NULL), max(rights.level)), max(acting.most)
        )::integer
    FROM acting
    JOIN rights
        ON rights.user_id = acting.id
        OR rights.group_id = ANY(CAST((SELECT group_ids FROM belonging) AS bigint[]))
    WHERE acting.role <> 'admin'
    GROUP BY rights.collection_id, rights.source_uri
$$;
