-- For SQLite. A key is hexadecimal text, so that a list of keys can be one JSON parameter.

-- name: create_passages
CREATE TABLE IF NOT EXISTS passages (
    key TEXT PRIMARY KEY,
    used INTEGER NOT NULL,
    cut INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    steps BLOB NOT NULL,
    vectors BLOB NOT NULL
);

-- name: create_passages_used
CREATE INDEX IF NOT EXISTS passages_used ON passages (used);

-- name: read
SELECT key, used, cut, tokens, steps, vectors FROM passages WHERE key IN (SELECT value FROM json_each(:keys));

-- name: present
SELECT key FROM passages WHERE key IN (SELECT value FROM json_each(:keys));

-- name: mark_used
UPDATE passages SET used = :today WHERE key IN (SELECT value FROM json_each(:keys));

-- name: write
INSERT OR REPLACE INTO passages VALUES (:key, :used, :cut, :tokens, :steps, :vectors);

-- name: count
SELECT count(*) FROM passages;

-- name: drop_oldest
-- Of passages used on the same day those stored first go first.
DELETE FROM passages WHERE rowid IN (SELECT rowid FROM passages ORDER BY used, rowid LIMIT :count);

-- name: clear
DELETE FROM passages;
