-- The roles that worker and page sign in with, for psql as the owner of the tables, who migrates. Run after each migration:
--   psql -v worker_password=... -v server_password=... -f roles.sql
-- Both read and write rows and own nothing: they change no table and no role. They pass row-level security, which binds the
-- role foremost_page that the page takes for each transaction of a user.
\set ON_ERROR_STOP on
BEGIN;
SELECT pg_advisory_xact_lock(x'666F7270'::bigint);  -- the one of app/users/protect.sql

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['foremost_worker', 'foremost_server', 'foremost_page']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE foremost_page NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
ALTER ROLE foremost_worker LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'worker_password';
ALTER ROLE foremost_server LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'server_password';
GRANT foremost_page TO foremost_server WITH INHERIT FALSE, SET TRUE;

GRANT USAGE ON SCHEMA public TO foremost_worker, foremost_server;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO foremost_worker, foremost_server;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO foremost_worker, foremost_server;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM foremost_worker, foremost_server;
-- People are none of the worker's business, and the audit is nobody's to change: its lines come from functions, and go
-- when their time is over.
REVOKE ALL ON users, groups, memberships, rights, api_keys, audit, answers, candidates, chats, unanswered_questions
FROM foremost_worker;
REVOKE UPDATE ON audit FROM foremost_server;
-- Statistics after a large ingest (PostgreSQL 17 and later; before, only the owner may).
SELECT 'GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO foremost_worker, foremost_server'
WHERE current_setting('server_version_num')::integer >= 170000
\gexec
COMMIT;
