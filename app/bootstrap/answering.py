"""Search services and chat models go in, the answerer as configured comes out."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from app.bootstrap.chat_models import answer_prompt
from app.bootstrap.searching import SearchServices
from app.cite.meaning import EmbeddingSupport
from app.core.chat import ChatModel
from app.core.domain import Answer, Choice
from app.core.passage_frame import boundary, prompt_secret
from app.core.settings import Settings, Shapes, shaping_values
from app.direct.build import direct_answers
from app.fit import Prompts
from app.generate import OfferedModels
from app.listing import Listing
from app.metrics import Store
from app.pipeline import Answerer
from app.prompts import NOT_FOUND, conversation
from app.replay import StoredQuery
from app.rewrite.rewriter import Rewriter
from app.running import EndableAnswerer, Running
from app.sections import Sections
from app.widen import Widener


def build_answerer(
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
