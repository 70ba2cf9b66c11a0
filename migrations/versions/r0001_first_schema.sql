-- The first schema. Dimension of chunks.embedding: set by the revision beside this file.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE chats (
    id UUID NOT NULL,
    owner TEXT DEFAULT '' NOT NULL,
    title TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_chats PRIMARY KEY (id)
);

CREATE TABLE collections (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_collections PRIMARY KEY (id),
    CONSTRAINT uq_collections_name UNIQUE (name)
);

CREATE TABLE corpus (
    singleton BOOLEAN DEFAULT true NOT NULL,
    embedding_model TEXT NOT NULL,
    embedding_dimension INTEGER NOT NULL,
    chunker_version TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_corpus PRIMARY KEY (singleton),
    CONSTRAINT ck_corpus_one_row CHECK (singleton)
);

CREATE TABLE text_configs (
    config REGCONFIG NOT NULL,
    CONSTRAINT pk_text_configs PRIMARY KEY (config)
);

CREATE TABLE answers (
    id UUID NOT NULL,
    chat_id UUID,
    question TEXT NOT NULL,
    query JSONB NOT NULL,
    collection TEXT,
    text TEXT NOT NULL,
    outcome TEXT NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    sentences JSONB NOT NULL,
    removed_markers INTEGER NOT NULL,
    passages JSONB NOT NULL,
    prompt JSONB NOT NULL,
    model JSONB,
    usage JSONB,
    tokens INTEGER NOT NULL,
    token_budget INTEGER NOT NULL,
    reranker TEXT NOT NULL,
    scored INTEGER NOT NULL,
    notices JSONB NOT NULL,
    timings JSONB NOT NULL,
    settings JSONB NOT NULL,
    feedback SMALLINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_answers PRIMARY KEY (id),
    CONSTRAINT ck_answers_feedback CHECK (feedback IN (-1, 0, 1)),
    CONSTRAINT fk_answers_chat_id_chats FOREIGN KEY(chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

CREATE INDEX ix_answers_chat_id ON answers (chat_id);

CREATE INDEX ix_answers_created_at ON answers (created_at);

CREATE TABLE documents (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    collection_id BIGINT NOT NULL,
    source_uri TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    media_type TEXT DEFAULT '' NOT NULL,
    language TEXT,
    sha256 TEXT,
    byte_count BIGINT DEFAULT '0' NOT NULL,
    part_kind TEXT,
    part_count INTEGER,
    chunk_count INTEGER DEFAULT '0' NOT NULL,
    status TEXT NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    warnings JSONB DEFAULT '[]' NOT NULL,
    timings JSONB DEFAULT '{}' NOT NULL,
    parts JSONB DEFAULT '[]' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    content BYTEA,
    modified_at TIMESTAMP WITH TIME ZONE,
    ingested_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (id),
    CONSTRAINT uq_documents_collection_id_source_uri UNIQUE (collection_id, source_uri),
    CONSTRAINT ck_documents_status CHECK (status IN ('ready', 'empty', 'failed')),
    CONSTRAINT fk_documents_collection_id_collections FOREIGN KEY(collection_id) REFERENCES collections (id) ON DELETE CASCADE
);

CREATE INDEX ix_documents_sha256 ON documents (sha256);

CREATE TABLE uploads (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    collection_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    content BYTEA NOT NULL,
    status TEXT DEFAULT 'queued' NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_uploads PRIMARY KEY (id),
    CONSTRAINT ck_uploads_status CHECK (status IN ('queued', 'running', 'failed')),
    CONSTRAINT fk_uploads_collection_id_collections FOREIGN KEY(collection_id) REFERENCES collections (id) ON DELETE CASCADE
);

CREATE INDEX ix_uploads_collection_id ON uploads (collection_id);

CREATE TABLE candidates (
    answer_id UUID NOT NULL,
    fused_rank INTEGER NOT NULL,
    chunk_id BIGINT NOT NULL,
    document_id BIGINT NOT NULL,
    collection TEXT NOT NULL,
    title TEXT NOT NULL,
    source_uri TEXT NOT NULL,
    media_type TEXT NOT NULL,
    heading TEXT NOT NULL,
    part_kind TEXT,
    part_first INTEGER,
    part_last INTEGER,
    part_name TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    text TEXT NOT NULL,
    vector_rank INTEGER,
    vector_distance DOUBLE PRECISION,
    text_rank INTEGER,
    text_score DOUBLE PRECISION,
    fused_score DOUBLE PRECISION NOT NULL,
    logit DOUBLE PRECISION,
    rerank_score DOUBLE PRECISION,
    final_rank INTEGER,
    fate TEXT NOT NULL,
    fate_detail TEXT NOT NULL,
    passage_number INTEGER,
    cited BOOLEAN NOT NULL,
    CONSTRAINT pk_candidates PRIMARY KEY (answer_id, fused_rank),
    CONSTRAINT fk_candidates_answer_id_answers FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE
);

CREATE TABLE chunks (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    document_id BIGINT NOT NULL,
    collection_id BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    heading TEXT DEFAULT '' NOT NULL,
    text TEXT NOT NULL,
    part_kind TEXT,
    part_first INTEGER,
    part_last INTEGER,
    part_name TEXT DEFAULT '' NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    token_count INTEGER NOT NULL,
    text_config REGCONFIG NOT NULL,
    embedding HALFVEC NOT NULL,
    tsv TSVECTOR GENERATED ALWAYS AS (setweight(to_tsvector(text_config, heading), 'A') || to_tsvector(text_config, text)) STORED NOT NULL,
    CONSTRAINT pk_chunks PRIMARY KEY (id),
    CONSTRAINT uq_chunks_document_id_ordinal UNIQUE (document_id, ordinal),
    CONSTRAINT fk_chunks_document_id_documents FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE
);

CREATE INDEX ix_chunks_collection_id ON chunks (collection_id);

CREATE INDEX ix_chunks_embedding ON chunks USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 64);

CREATE INDEX ix_chunks_tsv ON chunks USING gin (tsv);
