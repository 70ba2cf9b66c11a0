-- Trigger: records a change of a row, by its id. The command line acts for nobody and is named so.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    changed RECORD;
    subject text;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    CASE TG_TABLE_NAME
        WHEN 'rights' THEN
            subject := concat_ws(
                ' ',
                'collection:' || changed.collection_id,
                CASE WHEN changed.source_uri IS NOT NULL THEN 'document' END,
                'user:' || (SELECT name FROM users WHERE id = changed.user_id),
                'group:' || (SELECT name FROM groups WHERE id = changed.group_id),
                CASE WHEN TG_OP = 'DELETE' THEN 'removed' ELSE 'level:' || changed.level END
            );
        WHEN 'memberships' THEN subject := lower(TG_OP) || ' group:' || changed.group_id || ' user:' || changed.user_id;
        WHEN 'users' THEN subject := lower(TG_OP) || ' user:' || changed.name || ' ' || changed.role;
        WHEN 'api_keys' THEN subject := lower(TG_OP) || ' key:' || changed.id || ' user:' || changed.user_id;
        WHEN 'setting_overrides' THEN subject := changed.name;
        WHEN 'uploads' THEN subject := 'upload:' || changed.id || ' bytes:' || octet_length(changed.content);
        ELSE subject := rtrim(TG_TABLE_NAME, 's') || ':' || changed.id;
    END CASE;
    INSERT INTO audit (actor, action, subject)
    VALUES (coalesce(nullif(current_setting('foremost.acting', true), ''), 'command line'), TG_ARGV[0], subject);
    RETURN NULL;
END
$$;
