-- Golden questions with their expected passages, runs of evaluation and of the dial.

CREATE TABLE golden_questions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    question TEXT NOT NULL,
    collection TEXT DEFAULT '' NOT NULL,
    answerable BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_golden_questions PRIMARY KEY (id),
    CONSTRAINT uq_golden_questions_question UNIQUE (question, collection),
    CONSTRAINT ck_golden_questions_source CHECK (source IN ('file', 'typed', 'thumbs', 'picked', 'drafted', 'why')),
    CONSTRAINT ck_golden_questions_status CHECK (status IN ('accepted', 'draft'))
);

CREATE TABLE golden_expected (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    question_id BIGINT NOT NULL,
    source_uri TEXT NOT NULL,
    sha256 TEXT,
    part INTEGER,
    start_char INTEGER,
    end_char INTEGER,
    quote TEXT DEFAULT '' NOT NULL,
    grade INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_golden_expected PRIMARY KEY (id),
    CONSTRAINT fk_golden_expected_question_id_golden_questions FOREIGN KEY(question_id) REFERENCES golden_questions (id) ON DELETE CASCADE,
    CONSTRAINT ck_golden_expected_span CHECK ((start_char IS NULL) = (end_char IS NULL) AND (start_char IS NULL OR start_char < end_char))
);

CREATE INDEX ix_golden_expected_question_id ON golden_expected (question_id);

CREATE TABLE evaluations (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    run JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evaluations PRIMARY KEY (id)
);

CREATE INDEX ix_evaluations_name ON evaluations (name);

CREATE TABLE pair_scores (
    reranker TEXT NOT NULL,
    pair UUID NOT NULL,
    logit DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_pair_scores PRIMARY KEY (reranker, pair)
);

CREATE TABLE stage_timings (
    machine TEXT NOT NULL,
    stage TEXT NOT NULL,
    question UUID NOT NULL,
    candidates INTEGER NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_stage_timings PRIMARY KEY (machine, stage, question, candidates)
);

CREATE TABLE sweeps (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    sweep JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_sweeps PRIMARY KEY (id)
);

CREATE TABLE setting_overrides (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_setting_overrides PRIMARY KEY (name)
);
