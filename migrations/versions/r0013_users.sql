-- People, and what they may read and change. Without users none of it is looked at.
CREATE TABLE users (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT uq_users_name UNIQUE (name),
    CONSTRAINT ck_users_role CHECK (role IN ('reader', 'editor', 'admin')),
    CONSTRAINT ck_users_name CHECK (name <> '')
);

CREATE TABLE groups (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (id),
    CONSTRAINT uq_groups_name UNIQUE (name)
);
-- Every user is a member of it, without a row in memberships.
INSERT INTO groups (name) VALUES ('everyone');

CREATE TABLE memberships (
    group_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    CONSTRAINT pk_memberships PRIMARY KEY (group_id, user_id),
    CONSTRAINT fk_memberships_group_id_groups FOREIGN KEY (group_id) REFERENCES groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_memberships_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX ix_memberships_user_id ON memberships (user_id);

-- What a user or a group may do with a collection (0 nothing, 1 read, 2 write, 3 admin). With an address it is an exception
-- for one document: by address and not by id, so that it outlives a deletion and a new ingest.
CREATE TABLE rights (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    collection_id BIGINT NOT NULL,
    source_uri TEXT,
    user_id BIGINT,
    group_id BIGINT,
    level SMALLINT NOT NULL,
    CONSTRAINT pk_rights PRIMARY KEY (id),
    CONSTRAINT fk_rights_collection_id_collections FOREIGN KEY (collection_id)
        REFERENCES collections (id) ON DELETE CASCADE,
    CONSTRAINT fk_rights_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_rights_group_id_groups FOREIGN KEY (group_id) REFERENCES groups (id) ON DELETE CASCADE,
    CONSTRAINT ck_rights_level CHECK (level BETWEEN 0 AND 3),
    CONSTRAINT ck_rights_whose CHECK ((user_id IS NULL) <> (group_id IS NULL)),
    CONSTRAINT uq_rights_collection_id UNIQUE NULLS NOT DISTINCT (collection_id, source_uri, user_id, group_id)
);
CREATE INDEX ix_rights_user_id ON rights (user_id);
CREATE INDEX ix_rights_group_id ON rights (group_id);

-- Keys of programs; the key itself is not kept. scope: the highest level it reaches, whatever its user may do.
CREATE TABLE api_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    key_sha256 TEXT NOT NULL,
    scope TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_key_sha256 UNIQUE (key_sha256),
    CONSTRAINT fk_api_keys_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_api_keys_scope CHECK (scope IN ('read', 'write', 'admin'))
);
CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);

-- Who did what. Numbers and ids, no words of documents or questions: `forget` need not touch it.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (id)
);
CREATE INDEX ix_audit_at ON audit (at);

-- Rows belong to the user whose transaction writes them; rows from before belong to nobody.
ALTER TABLE answers ADD COLUMN owner TEXT DEFAULT '' NOT NULL;
UPDATE answers SET owner = chats.owner FROM chats WHERE chats.id = answers.chat_id AND chats.owner <> '';
ALTER TABLE answers ALTER COLUMN owner SET DEFAULT coalesce(current_setting('foremost.acting', true), '');
CREATE INDEX ix_answers_owner ON answers (owner);
ALTER TABLE uploads ADD COLUMN owner TEXT DEFAULT '' NOT NULL;
ALTER TABLE uploads ALTER COLUMN owner SET DEFAULT coalesce(current_setting('foremost.acting', true), '');
ALTER TABLE golden_questions ADD COLUMN owner TEXT DEFAULT '' NOT NULL;
ALTER TABLE golden_questions ALTER COLUMN owner SET DEFAULT coalesce(current_setting('foremost.acting', true), '');
-- Two users may keep the same question: neither learns that the other has it.
ALTER TABLE golden_questions DROP CONSTRAINT uq_golden_questions_question;
ALTER TABLE golden_questions ADD CONSTRAINT uq_golden_questions_question UNIQUE (question, collection, owner);
