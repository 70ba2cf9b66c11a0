-- Ids that the policies compare with, computed once in a transaction: a search asks for them at every place where it reads
-- passages. What is remembered ends with the transaction, as the acting user does.
CREATE OR REPLACE FUNCTION remembered_ids(kind text, wanted integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    known CONSTANT text := current_setting('foremost.' || kind || wanted, true);
    at bigint[];
    below bigint[];
BEGIN
    IF known <> '' THEN
        RETURN CAST(known AS bigint[]);
    END IF;
    IF kind = 'collections_at' THEN
        at := ARRAY(SELECT collection_id FROM acting_rights() WHERE source_uri IS NULL AND level >= wanted);
        PERFORM set_config('foremost.collections_at' || wanted, CAST(at AS text), true);
        RETURN at;
    END IF;
    -- Who asks for one kind of exceptions asks for the other too.
    SELECT
        coalesce(array_agg(document_id) FILTER (WHERE level >= wanted), '{}'),
        coalesce(array_agg(document_id) FILTER (WHERE level < wanted), '{}')
    INTO at, below
    FROM acting_exceptions();
    PERFORM
        set_config('foremost.documents_at' || wanted, CAST(at AS text), true),
        set_config('foremost.documents_below' || wanted, CAST(below AS text), true);
    RETURN CASE kind WHEN 'documents_at' THEN at WHEN 'documents_below' THEN below END;
END
$$;
