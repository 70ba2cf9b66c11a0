-- The user for whom this transaction acts; null for the owner of the database and for a name that is no user's. SECURITY
-- DEFINER here and below: the role of the page reads no user, group or right itself.
CREATE OR REPLACE FUNCTION acting_name() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path FROM CURRENT
AS $$ SELECT name FROM users WHERE name = current_setting('foremost.acting', true) $$;
