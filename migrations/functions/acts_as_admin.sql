-- Whether the acting user is an administrator, and the key, if it is one, reaches that far.
CREATE OR REPLACE FUNCTION acts_as_admin() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT EXISTS (SELECT FROM users WHERE name = current_setting('foremost.acting', true) AND role = 'admin')
        AND coalesce(nullif(current_setting('foremost.scope', true), ''), 'admin') = 'admin'
$$;
