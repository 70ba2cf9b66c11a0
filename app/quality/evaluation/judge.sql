-- name: addresses
SELECT source_uri, name FROM documents
