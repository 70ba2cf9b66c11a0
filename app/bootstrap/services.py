"""Everything that the page and the commands use, opened together; and the gate where there are users."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from app.bootstrap.answering import build_answerer
from app.bootstrap.chat_models import answers_at_once, open_chat_model, open_offered
from app.bootstrap.databases import Report
from app.bootstrap.searching import SearchServices, build_diagnosis, open_searcher
from app.chats import Chats
from app.composer import Composer
from app.core.acting import as_owner, bind
from app.core.applied_settings import overridden
from app.core.chat import ChatModel
from app.core.document_tags import DocumentTags
from app.core.domain import Answer
from app.core.progress import read_progress
from app.core.recall_state import read_last_recall
from app.core.settings import Settings
from app.generate import OfferedModels
from app.ledger import Ledger
from app.library import Library
from app.metrics import Counted, Metrics
from app.pipeline import Answerer
from app.programs import ProgramAnswers
from app.quality.diagnosis import Diagnosis
from app.quality.expected.feedback import Feedback
from app.quality.expected.golden import Golden
from app.replay import Unstored
from app.running import Running
from app.sections import Sections
from app.spans import build_spans
from app.stages import build_stages
from app.unanswered import Unanswered
from app.users import Gate, Limits, Users, protect, require_bound


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
        self.answerer = build_answerer(
            self, self.models, Counted(self.ledger, self.metrics), self.answerer.notices, running=self.running
        )
        self.diagnosis = build_diagnosis(self)

    def close(self) -> None:
        """Stop the models, then release the database."""
        self.running.spans.close()
        self.models.close()
        self.model.close()
        super().close()


def open_services(settings: Settings, *, report: Report, migrate: bool = False) -> Services:
    """Open everything, the chat model included. Raises AppError."""
    services = open_searcher(settings, report=report, migrate=migrate)
    try:
        model, notices = open_chat_model(settings, report=report)
    except BaseException:
        services.close()
        raise
    ledger, models = Ledger(services.engine), open_offered(settings, model)
    running = Running(settings.answers_at_once or answers_at_once(model), build_spans(settings.otlp_url))
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
        answerer=build_answerer(services, models, Counted(ledger, metrics), notices, running=running),
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


def replaying(services: Services, past: Answer) -> Answerer:
    """An Answerer that repeats a kept answer, with its query and the lines of its prompt, and keeps nothing."""
    return build_answerer(
        services, services.models, Unstored(), services.answerer.notices, running=services.running, past=past
    )


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
