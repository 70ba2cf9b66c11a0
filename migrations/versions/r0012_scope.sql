-- Tag -> its origin: file, folder or hand. An object and not an array, so that a file read again renews its own tags and
-- leaves those that a person gave; a filter asks for keys, which the index serves.
ALTER TABLE documents ADD COLUMN tags JSONB DEFAULT '{}' NOT NULL;
CREATE INDEX ix_documents_tags ON documents USING gin (tags);

-- Markdown with tags in its front matter was stored without them. Without a chunker version it counts as stored by an
-- older one: the next ingest, or `python -m ingest rechunk`, reads it again.
UPDATE documents
SET chunker_version = NULL
WHERE media_type = 'text/markdown' AND left(text, 8000) ~* '^---[ \t]*\n(.*\n)?(tags?|keywords)[ \t]*:';

-- Where the next question of a chat searches, and with which model, passages and candidates.
ALTER TABLE chats ADD COLUMN choices JSONB DEFAULT '{}' NOT NULL;
