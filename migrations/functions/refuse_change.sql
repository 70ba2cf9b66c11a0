-- Trigger of the audit: rows stay as they are. The retention deletes those that are old enough, and says so first.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - CAST(nullif(current_setting('foremost.audit_days', true), '') AS integer) * interval '1 day' THEN
        RETURN OLD;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'the audit is append-only';
END
$$;
