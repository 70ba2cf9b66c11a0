"""Settings go in, real parts come out: the only place where the answering road's parts are made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from sqlalchemy import Engine

from app.cite.meaning import EmbeddingSupport
from app.core import database
from app.core.applied_settings import overridden
from app.core.chat import ChatModel
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import Settings
from app.generate import build_chat_model
from app.ledger import Ledger
from app.library import Library
from app.pipeline import Answerer, Prompts
from app.prompts import NOT_FOUND, conversation
from app.quality.diagnosis import Corpus, Diagnosis, Parts, Trials
from app.quality.expected.feedback import Judgements
from app.quality.expected.golden import Golden
from app.rerank import Reranker, build_reranker
from app.retrieve import HybridRetriever
from app.rewrite.rewriter import Rewriter
from app.search import Searcher

Report = Callable[[str], None]

# What shaped an answer and is kept with it; the rest of the settings says where things are.
_SHAPING = (
    "embedding_model", "candidates", "leg_candidates", "vector_weight", "text_weight", "hnsw_ef_search",
    "reranker", "rerank_budget_ms", "relevance_floor", "passages", "passages_tokens", "context_tokens", "answer_tokens",
    "temperature", "seed", "support_floor",
)  # fmt: skip


@dataclass(kw_only=True)
class SearchServices:
    """The parts of a search; close() gives back the database."""

    engine: Engine
    embedder: Embedder
    searcher: Searcher
    settings: Settings  # in effect: as given, with what was applied in the database
    given: Settings

    def close(self) -> None:
        """Give back what was opened; an embedded server stops with its last user."""
        self.engine.dispose()


@dataclass(kw_only=True)
class Services(SearchServices):
    """Everything that the page and the commands stand on."""

    answerer: Answerer
    ledger: Ledger
    library: Library
    diagnosis: Diagnosis
    judgements: Judgements
    model: ChatModel = field(repr=False)

    def close(self) -> None:
        """Stop the model, then give back the database."""
        self.model.close()
        super().close()


def open_searcher(settings: Settings, *, report: Report, migrate: bool = False) -> SearchServices:
    """Database, embedding model and the two retrieval stages. Raises AppError in one line."""
    engine = _open_database(settings, report)
    try:
        embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
        if migrate or settings.database_url is None:  # the embedded server has no other operator than us
            database.migrate(engine, embedding_dimension=embedder.dimension)
        database.require_ready(engine)
        effective = overridden(settings, engine)
        searcher = _build_searcher(engine, embedder, effective)
    except BaseException:
        engine.dispose()
        raise
    return SearchServices(engine=engine, embedder=embedder, searcher=searcher, settings=effective, given=settings)


def _build_searcher(engine: Engine, embedder: Embedder, settings: Settings) -> Searcher:
    reranker = build_reranker(settings.reranker, embedder, settings.data_dir, budget_ms=settings.rerank_budget_ms)
    return Searcher(retriever=build_retriever(engine, embedder, settings), reranker=reranker)


def build_retriever(
    engine: Engine, embedder: Embedder, settings: Settings, *, candidates: int | None = None
) -> HybridRetriever:
    """The first stage as configured, with another number of candidates where one is given."""
    return HybridRetriever(
        engine,
        embedder,
        candidates=settings.candidates if candidates is None else candidates,
        leg_candidates=settings.leg_candidates,
        vector_weight=settings.vector_weight,
        text_weight=settings.text_weight,
        ef_search=settings.hnsw_ef_search,
    )


def build_diagnosis(parts: SearchServices) -> Diagnosis:
    """What says which stage lost a passage; it searches again with other settings, over the same parts."""
    settings = parts.settings

    @lru_cache(maxsize=4)
    def reranker(name: str, budget_ms: int) -> Reranker:
        if (name, budget_ms) == (settings.reranker, settings.rerank_budget_ms):
            return parts.searcher.reranker
        return build_reranker(name, parts.embedder, settings.data_dir, budget_ms=budget_ms)

    stages = Parts(
        retriever=partial(build_retriever, parts.engine, parts.embedder),
        reranker=lambda chosen: reranker(chosen.reranker, chosen.rerank_budget_ms),
        count_tokens=lambda text: parts.embedder.count_tokens([text])[0],
    )
    return Diagnosis(corpus=Corpus(parts.engine), trials=Trials(stages, settings))


def open_services(settings: Settings, *, report: Report, migrate: bool = False) -> Services:
    """Everything, chat model included. Raises AppError in one line."""
    parts = open_searcher(settings, report=report, migrate=migrate)
    try:
        model, notices = open_chat_model(settings, report=report)
    except BaseException:
        parts.close()
        raise
    ledger = Ledger(parts.engine)
    return Services(
        engine=parts.engine,
        embedder=parts.embedder,
        searcher=parts.searcher,
        settings=parts.settings,
        given=parts.given,
        answerer=_build_answerer(parts, model, ledger, notices),
        ledger=ledger,
        library=Library(parts.engine, max_file_mib=settings.max_file_mib),
        diagnosis=build_diagnosis(parts),
        judgements=Judgements(ledger, Golden(parts.engine)),
        model=model,
    )


def _build_answerer(parts: SearchServices, model: ChatModel, ledger: Ledger, notices: Sequence[str]) -> Answerer:
    settings = parts.settings
    return Answerer(
        rewriter=Rewriter(model),
        searcher=parts.searcher,
        model=model,
        support=EmbeddingSupport(parts.embedder),
        ledger=ledger,
        prompts=Prompts(answer=partial(conversation, _answer_prompt(model)), not_found=NOT_FOUND),
        passages=settings.passages,
        passages_tokens=settings.passages_tokens,
        answer_tokens=settings.answer_tokens,
        relevance_floor=settings.relevance_floor,
        support_floor=settings.support_floor,
        settings={name: getattr(settings, name) for name in _SHAPING},
        notices=notices,
    )


def retune(services: Services) -> None:
    """Read the applied settings again and answer by them from the next question on. Raises AppError."""
    services.settings = overridden(services.given, services.engine)
    services.searcher = _build_searcher(services.engine, services.embedder, services.settings)
    services.answerer = _build_answerer(services, services.model, services.ledger, services.answerer.notices)
    services.diagnosis = build_diagnosis(services)


def open_chat_model(settings: Settings, *, report: Report) -> tuple[ChatModel, tuple[str, ...]]:
    """The configured chat model, and notices about what is not as it was asked for. Raises ModelError."""
    return build_chat_model(
        backend=settings.chat_backend,
        model=settings.chat_model,
        ollama_url=settings.ollama_url,
        openai_url=settings.openai_url,
        openai_api_key=settings.openai_api_key.get_secret_value(),
        data_dir=settings.data_dir,
        context_tokens=settings.context_tokens,
        answer_tokens=settings.answer_tokens,
        temperature=settings.temperature,
        seed=settings.seed,
        timeout_seconds=settings.timeout_seconds,
        report=report,
    )


def _answer_prompt(model: ChatModel) -> str:
    """Which prompt: told how to refuse, the small embedded model refuses what it could answer (see DECISIONS.md)."""
    return "answer_small" if model.info.backend == "embedded" else "answer"


def open_database(settings: Settings, *, report: Report) -> Engine:
    """The database alone, its schema as this version needs it; dispose() gives it back. Raises AppError."""
    engine = _open_database(settings, report)
    try:
        current, needed = database.schema_state(engine)
        if current != needed and settings.database_url is None:  # the embedded server has no other operator than us
            dimension = build_embedder(settings.embedding_model, settings.data_dir, report=report).dimension
            database.migrate(engine, embedding_dimension=dimension)
        database.require_ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def migrate_database(settings: Settings, *, report: Report) -> str:
    """Bring the configured database to this version's schema; returns its revision."""
    engine = _open_database(settings, report)
    try:
        dimension = build_embedder(settings.embedding_model, settings.data_dir, report=report).dimension
        database.migrate(engine, embedding_dimension=dimension)
        return database.schema_state(engine)[1]
    finally:
        engine.dispose()


def check_database(settings: Settings, *, report: Report) -> str:
    """The revision of a database that can serve this version. Raises DatabaseError when it cannot."""
    engine = _open_database(settings, report)
    try:
        database.require_ready(engine)
        return database.schema_state(engine)[1]
    finally:
        engine.dispose()


def _open_database(settings: Settings, report: Report) -> Engine:
    if settings.database_url is None:
        report(f"Starting the embedded PostgreSQL in {settings.data_dir}")
    return database.connect(settings)
