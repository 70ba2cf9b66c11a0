-- What is known of each item of a source on another machine (a page of a web site), whether or not it is a document:
-- a sitemap, and a page that asks not to be stored, are checked by every run too.
CREATE TABLE remote_items (
    collection_id BIGINT NOT NULL,
    uri TEXT NOT NULL,
    revision JSONB NOT NULL,
    sha256 TEXT,
    checked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_remote_items PRIMARY KEY (collection_id, uri),
    CONSTRAINT fk_remote_items_collection_id_collections FOREIGN KEY (collection_id)
        REFERENCES collections (id) ON DELETE CASCADE
);
