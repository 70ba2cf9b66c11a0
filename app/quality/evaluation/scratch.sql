-- name: exists
SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = :name)

-- name: create_statement
-- CREATE and DROP DATABASE take no parameters: the server itself quotes the name.
SELECT format('CREATE DATABASE %I TEMPLATE template0', CAST(:name AS text))

-- name: drop_statement
SELECT format('DROP DATABASE IF EXISTS %I', CAST(:name AS text))
