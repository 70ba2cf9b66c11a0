"""Composition root: builds the services of the page and the commands from the settings."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Engine

from app.backup.rankings import Retrieving
from app.chats import Chats
from app.cite.meaning import EmbeddingSupport
from app.composer import Composer
from app.core import database
from app.core.acting import as_owner, bind
from app.core.applied_settings import overridden
from app.core.chat import ChatModel
from app.core.document_tags import DocumentTags
from app.core.domain import Answer, Choice
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.passage_frame import boundary, prompt_secret
from app.core.progress import read_progress
from app.core.recall_state import read_last_recall
from app.core.settings import Settings, Shapes, shaping_values
from app.direct.build import direct_answers
from app.fit import Prompts
from app.generate import CallOptions, OfferedModels, build_chat_model, offered_models
from app.ledger import Ledger
from app.library import Library
from app.listing import Listing
from app.metrics import Counted, Metrics, Store
from app.pipeline import Answerer
from app.programs import ProgramAnswers
from app.prompts import NOT_FOUND, conversation
from app.quality.diagnosis import Diagnosis, Trials
from app.quality.expected.feedback import Feedback
from app.quality.expected.golden import Golden
from app.quality.expected.locate import Locator
from app.replay import StoredQuery, Unstored
from app.rewrite.rewriter import Rewriter
from app.running import EndableAnswerer, Running
from app.search import Searcher
from app.sections import Sections
from app.spans import build_spans
from app.stages import Stages, build_retriever, build_stages
from app.unanswered import Unanswered
from app.users import Gate, Limits, Users, protect, require_bound
from app.widen import Widener

Report = Callable[[str], None]
_EVERY_VECTOR = 2**31 - 1  # more chunks than are compared one by one in any corpus


@dataclass(kw_only=True)
class SearchServices:
    """What a search needs. close() releases the database."""

    engine: Engine
    embedder: Embedder
    stages: Stages
    searcher: Searcher
    settings: Settings  # in effect: as given, overridden by those applied in the database
    given: Settings

    def close(self) -> None:
        """Release the database; an embedded server stops with its last user."""
        self.engine.dispose()


@dataclass(kw_only=True)
class Services(SearchServices):
    """Everything that the page and the commands use."""

    answerer: Answerer
    ledger: Ledger
    chats: Chats
    programs: ProgramAnswers
    library: Library
    sections: Sections
    diagnosis: Diagnosis
    feedback: Feedback
    composer: Composer
    unanswered: Unanswered
    tags: DocumentTags
    metrics: Metrics
    running: Running
    model: ChatModel = field(repr=False)
    models: OfferedModels = field(repr=False)

    def retune(self) -> None:
        """Reload the applied settings and use them from the next question on. Raises AppError."""
        self.settings = overridden(self.given, self.engine)
        self.stages = build_stages(self.engine, self.embedder)
        self.searcher = self.stages.searcher(self.settings)
        self.answerer = _build_answerer(
            self, self.models, Counted(self.ledger, self.metrics), self.answerer.notices, running=self.running
        )
        self.diagnosis = build_diagnosis(self)

    def close(self) -> None:
        """Stop the models, then release the database."""
        self.running.spans.close()
        self.models.close()
        self.model.close()
        super().close()


def open_searcher(settings: Settings, *, report: Report, migrate: bool = False) -> SearchServices:
    """Open the database, the embedding model and the two search stages. Raises AppError."""
    engine = _connect(settings, report)
    try:
        embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
        if migrate or settings.database_url is None:  # nobody else migrates the embedded server
            database.migrate(engine, embedding_dimension=embedder.dimension)
        database.require_ready(engine)
        effective = overridden(settings, engine)
        stages = build_stages(engine, embedder)
        searcher = stages.searcher(effective)
    except BaseException:
        engine.dispose()
        raise
    return SearchServices(
        engine=engine, embedder=embedder, stages=stages, searcher=searcher, settings=effective, given=settings
    )


def build_diagnosis(services: SearchServices) -> Diagnosis:
    """Diagnosis over the same database and models; it repeats a search with other settings."""
    return Diagnosis(locator=Locator(services.engine), trials=Trials(services.stages, services.settings))


def open_services(settings: Settings, *, report: Report, migrate: bool = False) -> Services:
    """Open everything, the chat model included. Raises AppError."""
    services = open_searcher(settings, report=report, migrate=migrate)
    try:
        model, notices = open_chat_model(settings, report=report)
    except BaseException:
        services.close()
        raise
    ledger, models = Ledger(services.engine), _offered(settings, model)
    running = Running(settings.answers_at_once or _at_once(model), build_spans(settings.otlp_url))
    metrics = Metrics(
        progress=as_owner(partial(read_progress, services.engine)),
        last_recall=partial(read_last_recall, settings.data_dir),
    )
    return Services(
        engine=services.engine,
        embedder=services.embedder,
        stages=services.stages,
        searcher=services.searcher,
        settings=services.settings,
        given=services.given,
        answerer=_build_answerer(services, models, Counted(ledger, metrics), notices, running=running),
        ledger=ledger,
        chats=Chats(services.engine),
        programs=ProgramAnswers(services.engine),
        library=Library(
            services.engine, max_file_mib=settings.max_file_mib, user_mib_per_day=settings.user_upload_mib_per_day
        ),
        sections=Sections(services.engine),
        diagnosis=build_diagnosis(services),
        feedback=Feedback(ledger, Golden(services.engine)),
        composer=Composer(services.engine),
        unanswered=Unanswered(services.engine),
        tags=DocumentTags(services.engine),
        metrics=metrics,
        running=running,
        model=model,
        models=models,
    )


def _build_answerer(
    services: SearchServices,
    models: OfferedModels,
    ledger: Store,
    notices: Sequence[str],
    *,
    running: Running,
    past: Answer | None = None,
) -> Answerer:
    """The answerer as configured, which builds those that chats choose: they share models, stages and database.

    past: a kept answer to repeat, whose query is searched for and whose prompt is written again.
    """

    frame = partial(boundary, secret=prompt_secret(services.settings.data_dir))

    def as_chosen(choice: Choice) -> Answerer:
        chosen = models.choose(choice.model)
        changes = {
            "passages": choice.passages,
            "candidates": choice.candidates,
            "reranker": None if choice.rerank else "none",
        }
        settings = services.settings.model_copy(
            update={name: value for name, value in changes.items() if value is not None}
        )
        more = notices if chosen.model is models.configured else ()  # those of the configured model
        return build(settings, chosen.model, (*more, *chosen.notices), None)

    def build(
        settings: Settings,
        model: ChatModel,
        said: Sequence[str],
        chosen: Callable[[Choice], Answerer] | None,
    ) -> Answerer:
        parts = _parts(services, settings, model)
        # What a chat chose is answered within the answer of the outer one, which stands in line and counts for both.
        answerer = partial(EndableAnswerer, running=running) if chosen else Answerer
        return answerer(
            rewriter=StoredQuery(past.query) if past else Rewriter(model),
            prompts=Prompts(
                answer=partial(conversation, answer_prompt(model)),
                boundary=(lambda _: frame(past.id)) if past else frame,
                not_found=NOT_FOUND,
            ),
            ledger=ledger,
            notices=said,
            as_chosen=chosen,
            **parts,
        )

    return build(services.settings, models.configured, notices, as_chosen)


def _parts(services: SearchServices, settings: Settings, model: ChatModel) -> dict[str, Any]:
    """The parts of an answerer that follow from settings and model."""
    searcher = services.searcher if settings == services.settings else services.stages.searcher(settings)
    support = EmbeddingSupport(services.embedder, services.stages.calibrations.embedding)
    direct, tables = direct_answers(
        services.engine,
        searcher,
        model=model,
        support=support,
        support_floor=settings.support_floor,
        answer_tokens=settings.answer_tokens,
        summary_seconds=settings.summary_seconds,
        boundary=partial(boundary, secret=prompt_secret(services.settings.data_dir)),
    )
    return {
        "searcher": searcher,
        "direct": direct if settings.plan else (),
        "tables": tables if settings.plan else None,
        "model": model,
        "support": support,
        "listing": Listing(services.engine),
        "passages": settings.passages,
        "passages_tokens": settings.passages_tokens,
        "answer_tokens": settings.answer_tokens,
        "relevance_floor": settings.relevance_floor,
        "support_floor": settings.support_floor,
        "settings": shaping_values(settings, Shapes.ANSWER),
        "widening": Widener(Sections(services.engine), tokens=settings.section_tokens),
    }


def _offered(settings: Settings, model: ChatModel) -> OfferedModels:
    options = CallOptions(
        context_tokens=settings.context_tokens,
        answer_tokens=settings.answer_tokens,
        temperature=settings.temperature,
        seed=settings.seed,
        timeout_seconds=settings.timeout_seconds,
    )
    return offered_models(
        model,
        ollama_url=settings.ollama_url,
        openai_url=settings.openai_url,
        openai_api_key=settings.openai_api_key.get_secret_value(),
        options=options,
    )


def replaying(services: Services, past: Answer) -> Answerer:
    """An Answerer that repeats a kept answer, with its query and the lines of its prompt, and keeps nothing."""
    return _build_answerer(
        services, services.models, Unstored(), services.answerer.notices, running=services.running, past=past
    )


def open_chat_model(settings: Settings, *, report: Report) -> tuple[ChatModel, tuple[str, ...]]:
    """The configured chat model, and notices about what differs from the configuration. Raises ModelError."""
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


def _at_once(model: ChatModel) -> int:
    """Answers at a time: the embedded model writes one, and beside it the passages of the next are searched."""
    return 2 if model.info.backend == "embedded" else 8


def answer_prompt(model: ChatModel) -> str:
    """Name of the prompt. With instructions to refuse, the small embedded model refuses too much (see DECISIONS.md)."""
    return "answer_small" if model.info.backend == "embedded" else "answer"


def open_gate(services: Services, *, signed_in: Callable[[], str], report: Report) -> Gate | None:
    """Where there are users: from now on every transaction acts for one of them. None without users.

    signed_in: name of the user whose event of the page is being handled. Raises DatabaseError when the database would
    not keep the users' rights.
    """
    if not Users(services.engine).any():
        return None
    for notice in protect(services.engine):
        report(notice)
    who, settings = bind(services.engine, signed_in), services.settings
    require_bound(services.engine)
    limits = Limits(at_once=settings.user_questions_at_once, per_minute=settings.user_questions_per_minute)
    services.running.limit(lambda: limits.one_more(who().name), lambda: who().name)
    gate = Gate(services.engine)
    if settings.audit_days:
        gate.prune(days=settings.audit_days)
    return gate


@contextmanager
def open_database(settings: Settings, *, report: Report) -> Iterator[Engine]:
    """The database alone, with the schema this version needs; released at the end. Raises AppError."""
    with _connected(settings, report) as engine:
        current, needed = database.schema_state(engine)
        if current != needed and settings.database_url is None:  # nobody else migrates the embedded server
            _migrate(engine, settings, report)
        database.require_ready(engine)
        yield engine


@contextmanager
def open_backup(settings: Settings, *, report: Report, ready: bool = True) -> Iterator[tuple[Engine, Retrieving]]:
    """The database, and the first stage over any database, which compares every vector so that ranks are the same.

    ready: the schema must be the one of this version. A restore brings its own.
    """
    with open_database(settings, report=report) if ready else _connected(settings, report) as engine:
        embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
        yield engine, lambda other: build_retriever(other, embedder, settings, exact_below=_EVERY_VECTOR)


def migrate_database(settings: Settings, *, report: Report) -> str:
    """Migrate the configured database to this version's schema and return its revision.

    Where there are users, the new tables are protected too: the page may sign in as a role that owns none of them.
    """
    with _connected(settings, report) as engine:
        _migrate(engine, settings, report)
        if Users(engine).any():
            for notice in protect(engine):
                report(notice)
        return database.schema_state(engine)[1]


def check_database(settings: Settings, *, report: Report) -> str:
    """The revision of the configured database. Raises DatabaseError when it does not fit this version."""
    with _connected(settings, report) as engine:
        database.require_ready(engine)
        return database.schema_state(engine)[1]


def _migrate(engine: Engine, settings: Settings, report: Report) -> None:
    dimension = build_embedder(settings.embedding_model, settings.data_dir, report=report).dimension
    database.migrate(engine, embedding_dimension=dimension)


@contextmanager
def _connected(settings: Settings, report: Report) -> Iterator[Engine]:
    engine = _connect(settings, report)
    try:
        yield engine
    finally:
        engine.dispose()


def _connect(settings: Settings, report: Report) -> Engine:
    if settings.database_url is None:
        report(f"Starting the embedded PostgreSQL in {settings.data_dir}")
    return database.connect(settings)
