"""The schema as SQLAlchemy tables: `alembic check` compares the database with them. Only revisions change it."""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REGCONFIG, TSVECTOR, UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

TSV_EXPRESSION = "passage_vector(text_config, heading, name, text)"

ANSWER_TSV_EXPRESSION = (
    """search_vector('simple'::regconfig, ((left(question, 20000) || ' '::text) || left(text, 100000)))"""
)

OF_ACTING_USER = text("coalesce(current_setting('foremost.acting', true), '')")


def _now() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


corpus = Table(
    "corpus",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default=text("true")),  # one row: one model per database
    Column("embedding_model", Text, nullable=False),
    Column("embedding_dimension", Integer, nullable=False),
    Column("chunker_version", Text, nullable=False),  # of the first document; every document has its own
    Column("next_model", Text),  # while re-embedding: the model of chunks.embedding_next, a temporary column
    Column("next_dimension", Integer),
    # whether next_model is the one before, whose vectors stay so that `ingest reembed --back` can return to them
    Column("vectors_kept", Boolean, nullable=False, server_default=text("false")),
    _now(),
    CheckConstraint("singleton", name="one_row"),
)

text_configs = Table(  # languages that occur: a question is analysed once for each, not once per chunk
    "text_configs",
    metadata,
    Column("config", REGCONFIG, primary_key=True),
    Column("chunk_count", BigInteger, nullable=False, server_default="0"),  # at the last refresh_lexeme_frequencies()
)

lexeme_frequencies = Table(  # by refresh_lexeme_frequencies(); a lexeme that is not listed is rare
    "lexeme_frequencies",
    metadata,
    Column("config", REGCONFIG, primary_key=True),
    Column("lexeme", Text, primary_key=True),
    Column("chunk_count", BigInteger, nullable=False),
)

collections = Table(
    "collections",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _now(),
)

documents = Table(
    "documents",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("source_uri", Text, nullable=False),
    Column("container_id", ForeignKey("documents.id", ondelete="CASCADE")),  # the archive it is a member of
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("media_type", Text, nullable=False, server_default=""),
    Column("language", Text),
    Column("sha256", Text),  # of the stored content; null while nothing is stored
    Column("chunker_version", Text),  # an older version than today's: chunked again by the next ingest
    Column("byte_count", BigInteger, nullable=False, server_default="0"),
    Column("part_kind", Text),  # page, slide or sheet
    Column("part_count", Integer),
    Column("chunk_count", Integer, nullable=False, server_default="0"),
    Column("status", Text, nullable=False),
    Column("error", Text, nullable=False, server_default=""),  # of the last attempt; an older version may be searched
    Column("warnings", JSONB, nullable=False, server_default="[]"),
    Column("ocr_missing", Boolean, nullable=False, server_default=text("false")),  # scanned pages, and no tesseract
    Column("timings", JSONB, nullable=False, server_default="{}"),  # seconds: load, chunk, embed, store
    Column("parts", JSONB, nullable=False, server_default="[]"),  # [{kind, number, name, start, end}]
    Column("text", Text, nullable=False, server_default=""),
    Column("content", LargeBinary),  # the original bytes
    Column("modified_at", DateTime(timezone=True)),  # of the file
    Column("ingested_at", DateTime(timezone=True)),
    Column("file_bytes", BigInteger),  # size and time of the file at the last attempt; null: read it again
    Column("file_modified_at", DateTime(timezone=True)),
    Column("tried_at", DateTime(timezone=True)),  # last attempt, successful or not
    Column("tags", JSONB, nullable=False, server_default="{}"),  # tag -> its origin: file, folder or hand
    _now(),
    UniqueConstraint("collection_id", "source_uri", name="uq_documents_collection_id_source_uri"),
    CheckConstraint("status IN ('ready', 'empty', 'failed')", name="status"),
    Index("ix_documents_sha256", "sha256"),
    Index("ix_documents_container_id", "container_id"),
    Index("ix_documents_tried_at", "tried_at"),
    Index("ix_documents_tags", "tags", postgresql_using="gin"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("collection_id", BigInteger, nullable=False),  # a copy, so that filters need no join
    Column("ordinal", Integer, nullable=False),
    Column("heading", Text, nullable=False, server_default=""),  # title and heading path joined with " › "
    Column("name", Text, nullable=False, server_default=""),  # last folder and name of the file, as it is searched
    Column("text", Text, nullable=False),
    Column("part_kind", Text),
    Column("part_first", Integer),
    Column("part_last", Integer),
    Column("part_name", Text, nullable=False, server_default=""),
    Column("start_char", Integer, nullable=False),
    Column("end_char", Integer, nullable=False),
    Column("token_count", Integer, nullable=False),
    Column("text_config", REGCONFIG, nullable=False),
    Column("embedding", HALFVEC, nullable=False),  # revision 0001 sets the configured dimension
    Column("tsv", TSVECTOR, Computed(TSV_EXPRESSION, persisted=True), nullable=False),
    UniqueConstraint("document_id", "ordinal", name="uq_chunks_document_id_ordinal"),
    Index("ix_chunks_collection_id", "collection_id"),
    Index("ix_chunks_tsv", "tsv", postgresql_using="gin"),
    Index(
        "ix_chunks_embedding",
        "embedding",
        postgresql_using="hnsw",
        postgresql_with={"m": 24, "ef_construction": 128},
        postgresql_ops={"embedding": "halfvec_cosine_ops"},
    ),
)

document_summaries = Table(  # what a model wrote of a whole document, until its content changes
    "document_summaries",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # summary or points
    Column("language", Text, primary_key=True),  # ISO 639-1 of the question
    Column("sha256", Text, nullable=False),  # of the document as it was read
    Column("text", Text, nullable=False),
    Column("chunk_ids", JSONB, nullable=False),  # of its passages, passage 1 first
    _now(),
)

remote_items = Table(  # what is known of items on other machines, documents or not; a second run reads what changed
    "remote_items",
    metadata,
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True),
    Column("uri", Text, primary_key=True),
    Column("revision", JSONB, nullable=False),  # in the words of its source: a page's ETag, its links
    Column("sha256", Text),  # of the content read last; null when it is no document
    Column("checked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

uploads = Table(  # files sent through the page, until the worker has stored their documents
    "uploads",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("error", Text, nullable=False, server_default=""),
    _now(),
    Column("owner", Text, nullable=False, server_default=OF_ACTING_USER),  # the user who sent it
    CheckConstraint("status IN ('queued', 'running', 'failed')", name="status"),
    Index("ix_uploads_collection_id", "collection_id"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("owner", Text, nullable=False, server_default=""),  # login name, empty without login
    Column("title", Text, nullable=False),
    _now(),
    Column("renamed", Boolean, nullable=False, server_default=text("false")),  # by a person
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),  # of its latest answer
    Column("choices", JSONB, nullable=False, server_default="{}"),  # scope, model and numbers for its next question
    Index("ix_chats_owner", "owner", "updated_at"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE")),
    Column("question", Text, nullable=False),
    Column("query", JSONB, nullable=False),  # {text, changed, reason, also, added}
    Column("collection", Text),
    Column("text", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Column("sentences", JSONB, nullable=False),
    Column("removed_markers", Integer, nullable=False),
    Column("passages", JSONB, nullable=False),  # the numbered passages in the prompt
    Column("prompt", JSONB, nullable=False),
    Column("model", JSONB),
    Column("usage", JSONB),
    Column("tokens", Integer, nullable=False),
    Column("token_budget", Integer, nullable=False),
    Column("reranker", Text, nullable=False),
    Column("scored", Integer, nullable=False),
    Column("notices", JSONB, nullable=False),
    Column("timings", JSONB, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("plan", JSONB, nullable=False, server_default=text('\'{"kind": "simple"}\'::jsonb')),
    Column("feedback", SmallInteger, nullable=False, server_default="0"),
    _now(),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("current", Boolean, nullable=False, server_default=text("true")),  # the version that is shown
    Column("first_version", ForeignKey("answers.id", ondelete="SET NULL")),  # null for a first version
    Column("tsv", TSVECTOR, Computed(ANSWER_TSV_EXPRESSION, persisted=True), nullable=False),
    Column("owner", Text, nullable=False, server_default=OF_ACTING_USER),  # the user who asked
    CheckConstraint("feedback IN (-1, 0, 1)", name="feedback"),
    Index("ix_answers_first_version", "first_version"),
    Index("ix_answers_tsv", "tsv", postgresql_using="gin"),
    Index("ix_answers_chat_id", "chat_id"),
    Index("ix_answers_created_at", "created_at"),
    Index("ix_answers_owner", "owner"),
)

candidates = Table(  # no foreign keys to chunks or documents: history survives re-ingest and deletion
    "candidates",
    metadata,
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("fused_rank", Integer, primary_key=True),
    Column("chunk_id", BigInteger, nullable=False),
    Column("document_id", BigInteger, nullable=False),
    Column("collection", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("source_uri", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("part_kind", Text),
    Column("part_first", Integer),
    Column("part_last", Integer),
    Column("part_name", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start_char", Integer, nullable=False),
    Column("end_char", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("vector_rank", Integer),
    Column("vector_distance", Double),
    Column("text_rank", Integer),
    Column("text_score", Double),
    Column("fused_score", Double, nullable=False),
    Column("logit", Double),
    Column("rerank_score", Double),
    Column("final_rank", Integer),
    Column("fate", Text, nullable=False),
    Column("fate_detail", Text, nullable=False),
    Column("passage_number", Integer),
    Column("cited", Boolean, nullable=False),
    Column("name", Text, nullable=False, server_default=""),  # of the document's file
    Column("dated", DateTime(timezone=True)),  # of the document
    Column("reason", Text, nullable=False, server_default=""),  # why it was moved, for people
    Column(
        "found_by", Text, nullable=False, server_default=""
    ),  # searches that brought it: steps of the plan, readings
    Column("document_sha256", Text),  # of the document as it was read; null for answers of earlier versions
    Column("similarity", Double),  # cosine on the built-in embedding model's scale; null: 1 - vector_distance
    Index("ix_candidates_document_id", "document_id"),
)

unanswered_questions = Table(  # from the moment a question is asked until its answer is stored
    "unanswered_questions",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("options", JSONB, nullable=False, server_default="{}"),  # of the composer
    Column("replaces", ForeignKey("answers.id", ondelete="SET NULL")),  # the answer whose next version it asks for
    Column("alone", Boolean, nullable=False, server_default=text("false")),
    _now(),
    Index("ix_unanswered_questions_chat_id", "chat_id"),
)

golden_questions = Table(
    "golden_questions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("question", Text, nullable=False),
    Column("collection", Text, nullable=False, server_default=""),  # empty: all collections
    Column("answerable", Boolean, nullable=False),
    Column("source", Text, nullable=False),  # where the question comes from
    Column("status", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    _now(),
    Column("owner", Text, nullable=False, server_default=OF_ACTING_USER),
    UniqueConstraint("question", "collection", "owner", name="uq_golden_questions_question"),
    CheckConstraint("source IN ('file', 'typed', 'thumbs', 'picked', 'drafted', 'why')", name="source"),
    CheckConstraint("status IN ('accepted', 'draft')", name="status"),
)

golden_expected = Table(  # by document, span and quote, not by chunk id: valid after re-chunking
    "golden_expected",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("question_id", ForeignKey("golden_questions.id", ondelete="CASCADE"), nullable=False),
    Column("source_uri", Text, nullable=False),
    Column("sha256", Text),  # of the document that the span was read from
    Column("part", Integer),  # page, slide or sheet
    Column("start_char", Integer),
    Column("end_char", Integer),
    Column("quote", Text, nullable=False, server_default=""),
    Column("grade", Integer, nullable=False, server_default="1"),
    CheckConstraint(
        "(start_char IS NULL) = (end_char IS NULL) AND (start_char IS NULL OR start_char < end_char)", name="span"
    ),
    Index("ix_golden_expected_question_id", "question_id"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("run", JSONB, nullable=False),  # settings, values of every question, timings
    _now(),
    Index("ix_evaluations_name", "name"),
)

pair_scores = Table(  # logits of rerankers, so that no sweep scores a pair twice
    "pair_scores",
    metadata,
    Column("reranker", Text, primary_key=True),  # its name and a hash of its logits for fixed pairs
    Column("pair", UUID(as_uuid=False), primary_key=True),  # hash of question and passage
    Column("logit", Double, nullable=False),
)

stage_timings = Table(
    "stage_timings",
    metadata,
    Column("machine", Text, primary_key=True),
    Column("stage", Text, primary_key=True),  # "retrieve" or a reranker as in pair_scores
    Column("question", UUID(as_uuid=False), primary_key=True),
    Column("candidates", Integer, primary_key=True, autoincrement=False),
    Column("seconds", Double, nullable=False),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sweep", JSONB, nullable=False),
    _now(),
)

calibrations = Table(  # where a model's scores of related and of unrelated pairs of this corpus lie
    "calibrations",
    metadata,
    Column("kind", Text, primary_key=True),  # embedding, late interaction or cross-encoder
    Column("model", Text, primary_key=True),
    Column("unrelated", Double, nullable=False),  # mean score
    Column("spread", Double, nullable=False),  # standard deviation of the same
    Column("related", Double, nullable=False),  # mean score
    Column("separation", Double, nullable=False),  # share of questions whose own passage scores above another
    Column("questions", Integer, nullable=False),
    Column("passages", Integer, nullable=False),  # of the corpus at that time
    _now(),
)

setting_overrides = Table(  # applied by the dial; a variable of the environment overrides it
    "setting_overrides",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _now(),
)

users = Table(
    "users",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),  # argon2id
    Column("role", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),  # of password or role
    _now(),
    CheckConstraint("role IN ('reader', 'editor', 'admin')", name="role"),
    CheckConstraint("name <> ''", name="name"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _now(),
)

memberships = Table(
    "memberships",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_memberships_user_id", "user_id"),
)

rights = Table(  # of a user or a group; with an address an exception for one document
    "rights",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("source_uri", Text),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE")),
    Column("level", SmallInteger, nullable=False),  # 0 nothing, 1 read, 2 write, 3 admin
    CheckConstraint("level BETWEEN 0 AND 3", name="level"),
    CheckConstraint("(user_id IS NULL) <> (group_id IS NULL)", name="whose"),
    UniqueConstraint(
        "collection_id",
        "source_uri",
        "user_id",
        "group_id",
        name="uq_rights_collection_id",
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_rights_user_id", "user_id"),
    Index("ix_rights_group_id", "group_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("key_sha256", Text, nullable=False, unique=True),
    Column("scope", Text, nullable=False),  # read, write or admin: the highest level it reaches
    Column("expires_at", DateTime(timezone=True)),
    _now(),
    CheckConstraint("scope IN ('read', 'write', 'admin')", name="scope"),
    Index("ix_api_keys_user_id", "user_id"),
)

audit = Table(  # append-only
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),  # ids
    Column("address", Text, nullable=False, server_default=""),
    Index("ix_audit_at", "at"),
)
