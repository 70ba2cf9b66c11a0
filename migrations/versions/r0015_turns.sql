-- A question stands here from the moment it is asked until its answer is stored, so that none is lost when the server ends.
CREATE TABLE unanswered_questions (
    id UUID CONSTRAINT pk_unanswered_questions PRIMARY KEY,
    chat_id UUID NOT NULL CONSTRAINT fk_unanswered_questions_chat_id_chats REFERENCES chats (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    options JSONB DEFAULT '{}' NOT NULL,
    replaces UUID CONSTRAINT fk_unanswered_questions_replaces_answers REFERENCES answers (id) ON DELETE SET NULL,
    alone BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL
);
CREATE INDEX ix_unanswered_questions_chat_id ON unanswered_questions (chat_id);

-- They are their chat's owner's.
CREATE POLICY own ON unanswered_questions
    USING (EXISTS (SELECT FROM chats WHERE chats.id = unanswered_questions.chat_id));
