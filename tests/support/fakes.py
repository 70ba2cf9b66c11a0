"""Stand-ins for the slow parts behind the page: they obey the same protocols and hold still until told to go on."""

import re
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from sqlalchemy import Engine
from typing_extensions import override

from app.calibrate import Calibrations
from app.chats import Chats
from app.composer import Composer
from app.core.chat import ChatModel
from app.core.document_tags import DocumentTags
from app.core.domain import (
    AS_CONFIGURED,
    NO_FILTERS,
    Choice,
    Context,
    ExactRank,
    Filters,
    Hit,
    Message,
    ModelInfo,
    Query,
    Question,
    Reranking,
    Retrieval,
    Retrieved,
    Usage,
)
from app.core.errors import NotFoundError
from app.core.models.embedding import Embedder, Matrix
from app.core.settings import Settings
from app.direct.direct import DirectAnswer
from app.fit import Prompts
from app.generate import OfferedModels
from app.ledger import Ledger
from app.library import Library
from app.listing import Listing
from app.pipeline import Answerer, Rewriter
from app.planned_search import PlannedSearcher
from app.programs import ProgramAnswers
from app.prompts import conversation
from app.quality.diagnosis import Diagnosis, Trials
from app.quality.expected.feedback import Feedback
from app.quality.expected.golden import Golden
from app.quality.expected.locate import Locator
from app.rerank import KeepOrder, Reranker
from app.search import Searcher
from app.sections import Sections
from app.stages import ExplainingRetriever, Stages
from app.unanswered import Unanswered
from tests.support.builders import fixed_boundary
from tests.support.fake_embedder import FakeEmbedder

NOT_FOUND = "The documents do not say."
OTHER_MODELS = ("scripted-7b", "scripted-70b")


def words(text: str) -> set[str]:
    """Lower-case words of four letters and more, cut to six letters so that inflections meet."""
    return {word[:6] for word in re.findall(r"\w{4,}", text.casefold())}


def overlap(one: str, other: str) -> float:
    """Share of the first text's words that the second one has, 0..1."""
    wanted = words(one)
    return len(wanted & words(other)) / len(wanted) if wanted else 0.0


class WordRetriever(ExplainingRetriever):
    """First stage over a fixed list of hits: the vector leg by overlap, the text leg by overlap in reverse order."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = tuple(hits)

    @override
    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
        known = {hit.collection for hit in self.hits}
        if collection is not None and collection not in known:
            raise NotFoundError(f"There is no collection {collection}. Known: {', '.join(sorted(known))}.")
        hits = [hit for hit in self.hits if collection in (None, hit.collection)]
        by_text = sorted(hits, key=lambda hit: (-overlap(query, hit.text), -hit.chunk_id))
        ranked = [
            replace(
                hit,
                vector_rank=hits.index(hit) + 1,
                vector_distance=1 - overlap(query, hit.text),
                text_rank=by_text.index(hit) + 1 if overlap(query, hit.text) else None,
                text_score=overlap(query, hit.text) or None,
                fused_score=1 / (60 + hits.index(hit)) + 0.5 / (60 + by_text.index(hit)),
            )
            for hit in hits
        ]
        ranked.sort(key=lambda hit: -hit.fused_score)
        fused = tuple(replace(hit, fused_rank=rank) for rank, hit in enumerate(ranked, 1))
        return Retrieval(hits=fused, embed_seconds=0.004, sql_seconds=0.011)

    def exact_ranks(
        self,
        query: str,
        chunk_ids: Sequence[int],
        *,
        collection: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Mapping[int, ExactRank]:
        return {
            hit.chunk_id: ExactRank(
                vector_rank=hit.vector_rank or 0,
                vector_distance=hit.vector_distance or 0.0,
                text_rank=hit.text_rank,
                text_score=hit.text_score,
            )
            for hit in self.retrieve(query, collection=collection, filters=filters).hits
            if hit.chunk_id in chunk_ids
        }


class NothingNear:
    """A search without candidates."""

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved:  # noqa: ARG002
        return Retrieved(context=Context(passages=(), hits=(), tokens=0, token_budget=0), reranker="none", scored=0)


class WordReranker(Reranker):
    """Second stage by overlap of words."""

    name = "word overlap"

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        scored = [replace(hit, logit=8 * overlap(question, hit.text) - 4) for hit in hits]
        return Reranking(hits=self.reorder(scored), reranker=self.name, scored=len(scored), seconds=0.02)

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        ordered = sorted(hits, key=lambda hit: (-(hit.logit or 0), hit.fused_rank))
        return tuple(replace(hit, final_rank=rank, rerank_score=hit.logit) for rank, hit in enumerate(ordered, 1))

    def relevance(self, hit: Hit) -> float:
        return ((hit.logit if hit.logit is not None else -4.0) + 4) / 8


class PlainRewriter(Rewriter):
    """A follow-up that starts with "And" gets the question before it put in front."""

    def rewrite(self, question: Question) -> Generator[None, None, Query]:
        yield
        if question.history and question.text.startswith("And "):
            text = f"{question.history[-1].question} {question.text.removeprefix('And ')}"
            return Query(text=text, changed=True, reason="It points back to the question before.")
        return Query(text=question.text, changed=False, reason="It stands on its own.")


class ScriptedModel(ChatModel):
    """Says what the script says, piece by piece; with hold() it stops after some pieces until go_on()."""

    def __init__(
        self, script: Callable[[str], Iterable[str]], *, context_tokens: int = 4096, name: str = "scripted-0.5b"
    ) -> None:
        self._info = ModelInfo(backend="embedded", name=name, context_tokens=context_tokens, tokens_counted=True)
        self.stopped = threading.Event()  # set when the stream was closed before its end
        self.script = script
        self._hold_after: int | None = None
        self._gate = threading.Event()

    def hold(self, after: int) -> None:
        """Wait after this many pieces; pieces are then empty while waiting, as a model's heartbeat is."""
        self._hold_after = after
        self._gate.clear()

    def go_on(self) -> None:
        """Let the held stream continue."""
        self._hold_after = None
        self._gate.set()

    @property
    def info(self) -> ModelInfo:
        return self._info

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(re.findall(r"\w+|\S", message.content)) + 4 for message in messages)

    @override
    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> Generator[str, None, Usage]:
        said = 0
        try:
            for piece in self.script(messages[-1].content):
                while self._hold_after is not None and said >= self._hold_after:
                    self._gate.wait(0.05)
                    yield ""
                said += 1
                yield piece
        except GeneratorExit:
            self.stopped.set()
            raise
        sent = self.count_tokens(messages)
        return Usage(
            prompt_tokens=sent,
            sent_tokens=sent,
            answer_tokens=said,
            context_tokens=self.info.context_tokens,
            finish_reason="stop",
            uncut="proven",
            proof="The server's own count of the prompt equals ours.",
        )

    def close(self) -> None:
        self.go_on()


def word_support(sentences: Sequence[str], passages: Sequence[str]) -> Matrix:
    """Support of sentences by passages as overlap of words."""
    table = [[overlap(sentence, passage) for passage in passages] for sentence in sentences]
    return np.array(table, dtype=np.float32).reshape(len(sentences), len(passages))


@dataclass(kw_only=True)
class FakeServices:
    """What the page stands on: the real Answerer, ledger and library, with stand-ins for models and search."""

    answerer: Answerer
    searcher: Searcher
    embedder: Embedder
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
    models: OfferedModels
    offered: list[str]  # names of the models that the server offers beside the configured one
    model: ScriptedModel


def make_services(
    engine: Engine,
    settings: Settings,
    hits: Sequence[Hit],
    model: ScriptedModel,
    notices: Sequence[str] = (),
    retriever: ExplainingRetriever | None = None,
    plan_seconds: float = 0.0,
    direct: Sequence[DirectAnswer] = (),
) -> FakeServices:
    """The page's services over fixed hits, or a retriever of the test's, and a scripted model.

    plan_seconds: time for the parts of a question; 0: every question is searched once. direct: see Answerer.
    """
    ledger = Ledger(engine)
    retriever = retriever or WordRetriever(hits)
    stages = Stages(
        retriever=lambda _: retriever,
        reranker=lambda _: WordReranker(),
        calibrations=Calibrations(engine, FakeEmbedder()),
        count_tokens=lambda text: len(text.split()),
    )
    searcher = Searcher(retriever=retriever, reranker=WordReranker())
    if plan_seconds:
        searcher = PlannedSearcher(retriever=retriever, reranker=WordReranker(), seconds=plan_seconds)
    others = {name: ScriptedModel(model.script, name=name) for name in OTHER_MODELS}
    offered = list(OTHER_MODELS)
    models = OfferedModels(model, names=lambda: offered, open_model=lambda name: (others[name], ()))

    def answerer_with(chosen: ChatModel, said: Sequence[str], choice: Choice) -> Answerer:
        return Answerer(
            rewriter=PlainRewriter(),
            searcher=searcher if choice.rerank else Searcher(retriever=retriever, reranker=KeepOrder()),
            model=chosen,
            support=word_support,
            ledger=ledger,
            listing=Listing(engine),
            prompts=Prompts(answer=partial(conversation, "answer"), boundary=fixed_boundary, not_found=NOT_FOUND),
            passages=choice.passages or 4,
            passages_tokens=900,
            answer_tokens=300,
            relevance_floor=0.3,
            support_floor=0.55,
            settings={
                "candidates": choice.candidates or 50,
                "passages": choice.passages or 4,
                "temperature": 0.0,
                "relevance_floor": 0.3,
            },
            notices=said,
            direct=direct,
            as_chosen=None if choice != AS_CONFIGURED else as_chosen,
        )

    def as_chosen(choice: Choice) -> Answerer:
        chosen = models.choose(choice.model)
        return answerer_with(chosen.model, chosen.notices, choice)

    answerer = answerer_with(model, notices, AS_CONFIGURED)
    return FakeServices(
        answerer=answerer,
        searcher=searcher,
        embedder=FakeEmbedder(),
        ledger=ledger,
        chats=Chats(engine),
        programs=ProgramAnswers(engine),
        library=Library(engine, max_file_mib=settings.max_file_mib),
        sections=Sections(engine),
        diagnosis=Diagnosis(locator=Locator(engine), trials=Trials(stages, settings)),
        feedback=Feedback(ledger, Golden(engine)),
        unanswered=Unanswered(engine),
        composer=Composer(engine),
        tags=DocumentTags(engine),
        models=models,
        offered=offered,
        model=model,
    )
