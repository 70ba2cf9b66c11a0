-- name: lock
SELECT pg_advisory_lock(:key)

-- name: unlock
SELECT pg_advisory_unlock(:key)

-- name: server_version
SHOW server_version_num

-- name: database_exists
SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)

-- name: create_database
CREATE DATABASE foremost
