-- A chat has a name that people may change, and the time of its latest answer, by which the list is sorted.
ALTER TABLE chats
    ADD COLUMN renamed BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
UPDATE chats
SET updated_at = coalesce(
    (SELECT max(answers.created_at) FROM answers WHERE answers.chat_id = chats.id), chats.created_at
);
CREATE INDEX ix_chats_owner ON chats (owner, updated_at);

-- An answer given again is another version of the first one; exactly one of them is shown. Questions and answers are
-- searched without a language: a chat is found by its words as written, and by the beginning of the last one.
ALTER TABLE answers
    ADD COLUMN version INTEGER DEFAULT '1' NOT NULL,
    ADD COLUMN current BOOLEAN DEFAULT true NOT NULL,
    ADD COLUMN first_version UUID,
    ADD COLUMN tsv TSVECTOR GENERATED ALWAYS AS (
        search_vector('simple'::regconfig, left(question, 20000) || ' ' || left(text, 100000))
    ) STORED NOT NULL,
    ADD CONSTRAINT fk_answers_first_version_answers FOREIGN KEY (first_version)
        REFERENCES answers (id) ON DELETE SET NULL;
CREATE INDEX ix_answers_first_version ON answers (first_version);
CREATE INDEX ix_answers_tsv ON answers USING gin (tsv);

-- What a candidate's document was when it was read; null for answers of earlier versions.
ALTER TABLE candidates ADD COLUMN document_sha256 TEXT;
CREATE INDEX ix_candidates_document_id ON candidates (document_id);
