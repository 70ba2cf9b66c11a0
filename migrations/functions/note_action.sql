-- Records what the acting user did; nothing without one. Returns whether it did.
CREATE OR REPLACE FUNCTION note_action(action text, subject text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    IF coalesce(current_setting('foremost.acting', true), '') = '' THEN
        RETURN false;
    END IF;
    INSERT INTO audit (actor, action, subject) VALUES (current_setting('foremost.acting', true), action, subject);
    RETURN true;
END
$$;
