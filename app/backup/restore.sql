-- name: wait
-- A killed restore holds its lock until the server has noticed.
SELECT set_config('lock_timeout', '20s', false)

-- name: lock
SELECT pg_advisory_lock(:key)

-- name: exists
SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)

-- name: create_statement
-- CREATE, ALTER and DROP DATABASE take no parameters: the server itself quotes the names.
SELECT format('CREATE DATABASE %I TEMPLATE template0', CAST(:name AS text))

-- name: drop_statement
SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', CAST(:name AS text))

-- name: rename_statement
SELECT format('ALTER DATABASE %I RENAME TO %I', CAST(:name AS text), CAST(:to AS text))

-- name: users
-- Sessions in a database beside this one.
SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()

-- name: holds_anything
SELECT to_regclass('documents') IS NOT NULL

-- name: counts
SELECT (SELECT count(*) FROM documents) AS documents, (SELECT count(*) FROM answers) AS answers
