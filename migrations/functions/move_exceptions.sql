-- Trigger: the exceptions of a document move with it. Those that its address had there already give way.
CREATE OR REPLACE FUNCTION move_exceptions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    IF EXISTS (SELECT FROM rights WHERE collection_id = OLD.collection_id AND source_uri = OLD.source_uri) THEN
        DELETE FROM rights WHERE collection_id = NEW.collection_id AND source_uri = NEW.source_uri;
        UPDATE rights SET collection_id = NEW.collection_id
        WHERE collection_id = OLD.collection_id AND source_uri = OLD.source_uri;
    END IF;
    RETURN NULL;
END
$$;
