-- Trigger: records a change of a row, by its id. The command line acts for nobody and is named so.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    changed CONSTANT jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
    subject text;
BEGIN
    subject := CASE TG_TABLE_NAME
        WHEN 'rights' THEN concat_ws(
            ' ',
            'collection:' || (changed ->> 'collection_id'),
            CASE WHEN changed ->> 'source_uri' IS NOT NULL THEN 'document' END,
            'user:' || (SELECT name FROM users WHERE id = (changed ->> 'user_id')::bigint),
            'group:' || (SELECT name FROM groups WHERE id = (changed ->> 'group_id')::bigint),
            CASE WHEN TG_OP = 'DELETE' THEN 'removed' ELSE 'level:' || (changed ->> 'level') END
        )
        WHEN 'memberships' THEN 'group:' || (changed ->> 'group_id') || ' user:' || (changed ->> 'user_id')
        WHEN 'users' THEN lower(TG_OP) || ' user:' || (changed ->> 'name') || ' ' || (changed ->> 'role')
        WHEN 'api_keys' THEN lower(TG_OP) || ' key:' || (changed ->> 'id') || ' user:' || (changed ->> 'user_id')
        WHEN 'setting_overrides' THEN changed ->> 'name'
        ELSE rtrim(TG_TABLE_NAME, 's') || ':' || (changed ->> 'id')
    END;
    INSERT INTO audit (actor, action, subject)
    VALUES (coalesce(nullif(current_setting('foremost.acting', true), ''), 'command line'), TG_ARGV[0], subject);
    RETURN NULL;
END
$$;
