-- Ids that the policies compare with, computed once in a transaction: a search asks for them at every place where it reads
-- passages. What is remembered ends with the transaction, as the acting user does.
CREATE OR REPLACE FUNCTION remembered_ids(kind text, wanted integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    place CONSTANT text := 'foremost.' || kind || wanted;
    known CONSTANT text := current_setting(place, true);
    ids bigint[];
BEGIN
    IF known <> '' THEN
        RETURN CAST(known AS bigint[]);
    END IF;
    ids := CASE kind
        WHEN 'collections_at' THEN ARRAY(
            SELECT collection_id FROM acting_rights() WHERE source_uri IS NULL AND level >= wanted)
        WHEN 'documents_at' THEN ARRAY(SELECT document_id FROM acting_exceptions() WHERE level >= wanted)
        WHEN 'documents_below' THEN ARRAY(SELECT document_id FROM acting_exceptions() WHERE level < wanted)
    END;
    PERFORM set_config(place, CAST(ids AS text), true);
    RETURN ids;
END
$$;
