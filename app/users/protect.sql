-- name: lock
SELECT pg_advisory_xact_lock(:key)

-- name: create_role
-- The role belongs to the whole server: another database of it may have made it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'foremost_page') THEN
        BEGIN
            CREATE ROLE foremost_page NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- made meanwhile
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'foremost_page', 'SET') THEN
        EXECUTE format('GRANT foremost_page TO %I', current_user);
    END IF;
END
$$

-- name: protect_tables
-- What a policy is for is granted, and nothing else: a table without a policy stays closed. Views read with the rights of
-- who asks. Only what is missing is changed, since it locks the table.
DO $$
DECLARE
    found record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO foremost_page', current_schema());
    FOR found IN
        SELECT c.oid::regclass AS name, c.relrowsecurity,
            CASE WHEN bool_or(p.polcmd = '*') THEN 'SELECT, INSERT, UPDATE, DELETE'
                ELSE string_agg(DISTINCT CASE p.polcmd
                    WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END, ', ')
            END AS commands
        FROM pg_policy AS p
        JOIN pg_class AS c ON c.oid = p.polrelid AND c.relnamespace = current_schema()::regnamespace
        GROUP BY c.oid, c.relrowsecurity
    LOOP
        IF NOT found.relrowsecurity THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', found.name);
        END IF;
        EXECUTE format('GRANT %s ON %s TO foremost_page', found.commands, found.name);
    END LOOP;
    FOR found IN
        SELECT c.oid::regclass AS name, coalesce(c.reloptions @> '{security_invoker=true}', false) AS set
        FROM pg_class AS c
        WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace AND starts_with(c.relname, 'ledger_')
    LOOP
        IF NOT found.set THEN
            EXECUTE format('ALTER VIEW %s SET (security_invoker = true)', found.name);
        END IF;
        EXECUTE format('GRANT SELECT ON %s TO foremost_page', found.name);
    END LOOP;
END
$$

-- name: mark_leakproof
-- Conditions are checked after the policies, and so not by an index, unless they cannot tell anything about a row that is
-- not to be seen. `tsvector @@ tsquery` raises no error that depends on its values, but only a superuser may say so.
DO $$
BEGIN
    IF NOT (SELECT proleakproof FROM pg_proc WHERE oid = 'pg_catalog.ts_match_vq(tsvector, tsquery)'::regprocedure) THEN
        ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END
$$

-- name: is_leakproof
SELECT proleakproof FROM pg_proc WHERE oid = 'pg_catalog.ts_match_vq(tsvector, tsquery)'::regprocedure

-- name: not_bound
-- Why the role of this transaction would not be bound.
SELECT 'the role is ' || current_user || ' and not ' || :role WHERE current_user <> :role
UNION ALL
SELECT 'the role ' || rolname || ' bypasses row-level security'
FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)
UNION ALL
SELECT 'row-level security is off for this session' WHERE current_setting('row_security') <> 'on'
UNION ALL
SELECT 'the role owns ' || c.relname
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND pg_has_role(current_user, c.relowner, 'USAGE')
UNION ALL
SELECT 'row-level security is off for ' || c.relname
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
UNION ALL
SELECT 'the view ' || c.relname || ' reads with the rights of its owner'
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('v', 'm')
    AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)
    AND has_table_privilege(c.oid, 'SELECT')
UNION ALL
SELECT 'the role may not read ' || c.relname || ', which has policies'
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace
    AND c.oid IN (SELECT polrelid FROM pg_policy WHERE polcmd IN ('*', 'r'))
    AND NOT has_table_privilege(c.oid, 'SELECT')

-- name: seen_by_nobody
SELECT
    EXISTS (SELECT FROM collections) AS collections,
    EXISTS (SELECT FROM documents) AS documents,
    EXISTS (SELECT FROM chunks) AS chunks,
    EXISTS (SELECT FROM uploads) AS uploads,
    EXISTS (SELECT FROM chats) AS chats,
    EXISTS (SELECT FROM answers) AS answers,
    EXISTS (SELECT FROM candidates) AS candidates,
    EXISTS (SELECT FROM golden_questions) AS golden_questions,
    EXISTS (SELECT FROM users) AS users,
    EXISTS (SELECT FROM audit) AS audit
