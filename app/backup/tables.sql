-- name: read_alike
-- One spelling of values whatever the server is set to, and rows in the order in which they are stored.
SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, MDY', true),
    set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '1', true),
    set_config('bytea_output', 'hex', true), set_config('synchronize_seqscans', 'off', true),
    set_config('search_path', 'public, pg_catalog', true)

-- name: columns
-- Columns of our tables that hold values of their own. The revision is in the manifest.
SELECT c.relname AS table_name, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
ORDER BY c.relname, a.attnum

-- name: references
SELECT c.conrelid::regclass::text AS table_name, c.confrelid::regclass::text AS needed
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.conrelid <> c.confrelid

-- name: sequences
SELECT sequencename AS name, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename

-- name: set_sequence
SELECT setval(to_regclass(quote_ident(:name)), :value) WHERE to_regclass(quote_ident(:name)) IS NOT NULL

-- name: indexes
-- Indexes that no constraint needs: built after the rows, which is faster.
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid)

-- name: revision
SELECT version_num FROM alembic_version

-- name: corpus
SELECT embedding_model, embedding_dimension FROM corpus

-- name: export_snapshot
SELECT pg_export_snapshot()

-- name: dimension
SELECT atttypmod FROM pg_attribute WHERE attrelid = 'chunks'::regclass AND attname = 'embedding'
