-- How many bytes the acting user has sent in uploads within a day, as the audit has it; 0 for nobody.
CREATE OR REPLACE FUNCTION sent_bytes() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT coalesce(sum(CAST(substring(subject FROM 'bytes:([0-9]+)') AS bigint)), 0)::bigint
    FROM audit
    WHERE at > now() - interval '1 day' AND action = 'uploaded'
        AND actor = nullif(current_setting('foremost.acting', true), '')
$$;
