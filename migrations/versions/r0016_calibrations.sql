-- Scores of pairs drawn from this corpus, by each model that was used with it. They belong to the corpus and not to the
-- model's folder: a manual's passages are more alike than an encyclopaedia's.
CREATE TABLE calibrations (
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    unrelated DOUBLE PRECISION NOT NULL,
    spread DOUBLE PRECISION NOT NULL,
    related DOUBLE PRECISION NOT NULL,
    separation DOUBLE PRECISION NOT NULL,
    questions INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_calibrations PRIMARY KEY (kind, model)
);

-- Relevance of a past answer is computed from what it recorded: the scale may be measured anew meanwhile.
ALTER TABLE candidates ADD COLUMN similarity DOUBLE PRECISION;
