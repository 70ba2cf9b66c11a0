-- What a model wrote of a whole document, kept until its content changes. Reading a long document takes minutes.
CREATE TABLE document_summaries (
    document_id BIGINT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    chunk_ids JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_document_summaries PRIMARY KEY (document_id, model, kind, language),
    CONSTRAINT fk_document_summaries_document_id_documents FOREIGN KEY (document_id)
        REFERENCES documents (id) ON DELETE CASCADE
);

-- It is seen and renewed by those who may read the document: its prompt is fixed, so nobody words it for the others.
CREATE POLICY readers ON document_summaries
    USING (EXISTS (SELECT FROM documents WHERE documents.id = document_summaries.document_id));
