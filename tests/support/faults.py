"""Six faults injected into a working corpus or its settings, so that a passage of the prompt is lost, and undone.

For each: the change, the sign that it took effect, and the right verdicts. All of that was fixed before the first
measurement.

fault            injected                                    right when `why` names
missing          the document deleted, or replaced by one    not ingested (with the loader's reason where it failed)
                 that cannot be read
split            the chunk cut in two inside the words       the words span two chunks
weight           a leg's weight at 0                         fused out, and the first remedy is that weight; or, where
                                                             it is a candidate still, ranked too low, and that weight,
                                                             tried, brings it into the prompt
candidates       5 candidates, with legs of 100 or of 5      in neither leg's candidates when both legs' first ones
                                                             lack it, else fused out; the first remedy is candidates
reranker         scores negated, or random                   reranked down
budget           tokens for passages, the context or the     no room in the token budget, or not scored in time;
                 reranking time too small                    the first remedy is that budget
A fault took effect when a passage of the prompt held the words without it, and none does with it (by plain search for
the words in the passages' texts, not by what the diagnosis looks at).
"""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, text

from app.calibrate import Calibrations
from app.core.domain import CHUNKER_VERSION, Answer, Chunk, Document, Finished, Hit, Question, Reranking, Source
from app.core.models.embedding import Embedder
from app.core.settings import Settings, Shapes, shaping_values
from app.fit import Prompts
from app.ledger import Ledger
from app.listing import Listing
from app.pipeline import Answerer
from app.prompts import conversation
from app.quality.diagnosis import Diagnosis, Trials, Verdict
from app.quality.expected.locate import Locator
from app.quality.expected.loss import Loss
from app.rerank import Reranker, build_reranker
from app.rerank.base import GROUP, by_score
from app.rerank.combination import sigmoid
from app.search import Searcher
from app.stages import Stages, build_retriever
from ingest.chunk.chunk import chunk
from ingest.embed import embed
from ingest.pipeline import Ingester, load_here
from ingest.store import Store
from tests.support.builders import fixed_boundary
from tests.support.fakes import NOT_FOUND, PlainRewriter, ScriptedModel, word_support

COLLECTION = "faults"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileQuestion:
    """A question with its answer in a file."""

    text: str
    path: Path
    quote: str  # words of the file that answer it, once in the corpus


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A fault, ready to be injected."""

    name: str
    variant: str
    right: frozenset[Loss]
    settings: Mapping[str, object] = field(default_factory=dict)
    remedy: str = ""  # the variable that the first remedy must name
    expect: str = ""  # the expectation, when it is not the words


class BadReranker(Reranker):
    """The real reranker with its scores negated ("inverted") or replaced by random ones ("drawn")."""

    def __init__(self, real: Reranker, kind: str) -> None:
        self.name = f"{kind} {real.name}"
        self._real = real
        self._kind = kind

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        done = self._real.rerank(question, hits)
        scores = {hit.chunk_id: self._score(question, hit) for hit in done.hits}
        order = sorted(done.hits, key=lambda hit: (-scores[hit.chunk_id], hit.fused_rank))
        changed = tuple(
            replace(hit, logit=scores[hit.chunk_id], rerank_score=scores[hit.chunk_id], final_rank=rank)
            for rank, hit in enumerate(order, 1)
        )
        return replace(done, hits=changed, reranker=self.name)

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        return by_score(hits)

    def relevance(self, hit: Hit) -> float:
        return sigmoid(hit.rerank_score or 0.0)

    def _score(self, question: str, hit: Hit) -> float:
        if self._kind == "inverted":
            return -(hit.rerank_score or 0.0)
        seed = hashlib.sha256(f"{question}{hit.chunk_id}".encode()).digest()
        return random.Random(seed).uniform(-5, 5)


class Workplace:
    """A corpus of ingested files: asks questions, injects faults and undoes them."""

    def __init__(self, engine: Engine, embedder: Embedder, settings: Settings, *, few: int = 5) -> None:
        self.settings = settings
        self.few = few  # candidates where that is the fault
        self.engine = engine
        self._embedder = embedder
        self._store = Store(engine, chunker_version=CHUNKER_VERSION)
        self._ingester = Ingester(store=self._store, make_embedder=lambda: embedder)
        self._ledger = Ledger(engine)
        self._rerankers: dict[tuple[str, int], Reranker] = {}

    def ingest(self, path: Path) -> None:
        """Ingest a file as the command does."""
        self._ingester.ingest(source_of(path), collection=COLLECTION)

    def finish(self) -> None:
        """Renew the statistics, as a run of the command does."""
        self._store.refresh_statistics(always=True)

    def ask(self, question: str, settings: Settings) -> Answer:
        """An answer as the page would give it, from its ledger; the model only repeats the first passage."""
        retriever = build_retriever(self.engine, self._embedder, settings)
        model = ScriptedModel(lambda prompt: [_first_sentence(prompt)], context_tokens=settings.context_tokens)
        answerer = Answerer(
            rewriter=PlainRewriter(),
            searcher=Searcher(retriever=retriever, reranker=self._reranker(settings)),
            model=model,
            support=word_support,
            ledger=self._ledger,
            listing=Listing(self.engine),
            prompts=Prompts(answer=partial(conversation, "answer_small"), boundary=fixed_boundary, not_found=NOT_FOUND),
            passages=settings.passages,
            passages_tokens=settings.passages_tokens,
            answer_tokens=settings.answer_tokens,
            relevance_floor=settings.relevance_floor,
            support_floor=settings.support_floor,
            settings=shaping_values(settings, Shapes.ANSWER),
        )
        events = answerer.answer(Question(text=question, collection=COLLECTION))
        answer = next(event.answer for event in events if isinstance(event, Finished))
        return self._ledger.load(answer.id)

    def diagnosis(self, settings: Settings) -> Diagnosis:
        """The diagnosis under these settings, a bad reranker included."""
        stages = Stages(
            retriever=partial(build_retriever, self.engine, self._embedder),
            reranker=self._reranker,
            calibrations=Calibrations(self.engine, self._embedder),
            count_tokens=lambda passage: self._embedder.count_tokens([passage])[0],
        )
        return Diagnosis(locator=Locator(self.engine), trials=Trials(stages, settings))

    def candidate_of(self, question: FileQuestion) -> Hit | None:
        """The candidate of the first stage, as configured, that holds the words; None when there is none."""
        retriever = build_retriever(self.engine, self._embedder, self.settings)
        hits = retriever.retrieve(question.text, collection=COLLECTION).hits
        return next((hit for hit in hits if question.quote in hit.text), None)

    def first_of_leg(self, question: str, settings: Settings, leg: str, most: int) -> list[Hit]:
        """A leg's first hits alone: the other one's weight at 0 and no more than it fills."""
        alone = {"candidates": most, "leg_candidates": most, "vector_weight": 0.0, "text_weight": 0.0}
        only = settings.model_copy(update=alone | {f"{leg}_weight": 1.0})
        retrieval = build_retriever(self.engine, self._embedder, only).retrieve(question, collection=COLLECTION)
        return [hit for hit in retrieval.hits if (hit.vector_rank if leg == "vector" else hit.text_rank) is not None]

    def _reranker(self, settings: Settings) -> Reranker:
        key = (settings.reranker, settings.rerank_budget_ms)
        if key not in self._rerankers:
            bad = settings.reranker in ("inverted", "drawn")
            real: Reranker = build_reranker(
                "auto" if bad else settings.reranker, self._embedder, settings.data_dir, budget_ms=key[1]
            )
            self._rerankers[key] = BadReranker(real, settings.reranker) if bad else real
        return self._rerankers[key]

    # ----------------------------------------------------------------------------------- faults of the corpus

    @contextmanager
    def without(self, path: Path) -> Iterator[None]:
        """The document deleted."""
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM documents WHERE source_uri = :uri"), {"uri": str(path)})
        yield
        self.ingest(path)

    @contextmanager
    def unreadable(self, path: Path) -> Iterator[None]:
        """The document deleted, and another of its name as PDF that no loader can read."""
        broken = path.with_suffix(".pdf")
        broken.write_bytes(b"%PDF-1.7\n%broken\n1 0 obj\n<<")
        with self.without(path):
            self.ingest(broken)
            yield
            with self.engine.begin() as connection:
                connection.execute(text("DELETE FROM documents WHERE source_uri = :uri"), {"uri": str(broken)})
        broken.unlink()

    @contextmanager
    def split(self, question: FileQuestion) -> Iterator[None]:
        """The chunk that holds the words cut in two, between two words in their middle."""
        document = load_here(source_of(question.path))[-1][1]
        assert isinstance(document, Document)
        self._stored(question.path, document, _cut(document, chunk(document, self._embedder), question.quote))
        yield
        self._stored(question.path, document, chunk(document, self._embedder))

    def _stored(self, path: Path, document: Document, chunks: Sequence[Chunk]) -> None:
        embedded = list(embed(chunks, self._embedder))
        self._store.store(
            source_of(path), document, embedded, collection=COLLECTION, embedder=self._embedder, timings={}
        )


def source_of(path: Path) -> Source:
    """A file as ingestion reads it."""
    content = path.read_bytes()
    return Source(uri=str(path), name=path.name, content=content, sha256=hashlib.sha256(content).hexdigest())


def _first_sentence(prompt: str) -> str:
    passage = prompt.split("[1]", 1)[-1].split("\n", 1)[-1]
    return f"{passage.split('. ')[0].strip()} [1]."


def _cut(document: Document, chunks: Sequence[Chunk], quote: str) -> list[Chunk]:
    start = document.text.index(quote)
    end = start + len(quote)
    middle = document.text.index(" ", start + len(quote) // 2 - 1, end)
    pieces: list[Chunk] = []
    for whole in chunks:
        if whole.start_char <= start and end <= whole.end_char:
            head = whole.embedded_text[: len(whole.embedded_text) - len(whole.text)]
            for first, last in ((whole.start_char, middle), (middle + 1, whole.end_char)):
                words = document.text[first:last]
                pieces.append(replace(whole, text=words, start_char=first, end_char=last, embedded_text=head + words))
        else:
            pieces.append(whole)
    assert len(pieces) > len(chunks), "no chunk holds the words whole"
    return [replace(piece, ordinal=ordinal) for ordinal, piece in enumerate(pieces)]


def in_prompt(answer: Answer, quote: str) -> bool:
    """Whether a passage that the model read holds the words."""
    words = " ".join(quote.split())
    return any(words in " ".join(passage.text.split()) for passage in answer.context.passages)


# ------------------------------------------------------------------------------------------------------- the faults


def _candidates(workplace: Workplace, question: FileQuestion, legs: int) -> Fault:
    settings = {"candidates": workplace.few, "leg_candidates": legs}
    chosen = workplace.settings.model_copy(update=settings)
    firsts = [hit for leg in ("vector", "text") for hit in workplace.first_of_leg(question.text, chosen, leg, legs)]
    in_a_leg = any(question.quote in hit.text for hit in firsts)
    return Fault(
        name="candidates",
        variant=f"{workplace.few} of legs of {legs}",
        right=frozenset({Loss.FUSED_OUT if in_a_leg else Loss.NOT_RETRIEVED}),
        settings=settings,
        remedy="FOREMOST_CANDIDATES",
    )


def _weight(leg: str) -> Fault:
    return Fault(
        name="weight",
        variant=f"{leg} at 0",
        right=frozenset({Loss.FUSED_OUT, Loss.RERANKED_DOWN, Loss.BEYOND_LIMIT}),
        settings={f"{leg}_weight": 0.0},
        remedy=f"FOREMOST_{leg.upper()}_WEIGHT",
    )


def _reranker(kind: str) -> Fault:
    return Fault(name="reranker", variant=kind, right=frozenset({Loss.RERANKED_DOWN}), settings={"reranker": kind})


def _budget(setting: str, value: int, right: Loss) -> Fault:
    remedy = f"FOREMOST_{setting.upper()}"
    return Fault(name="budget", variant=setting, right=frozenset({right}), settings={setting: value}, remedy=remedy)


def faults_of(workplace: Workplace, question: FileQuestion) -> dict[str, Callable[[], Fault]]:
    """Every variant of every fault for a question; built on demand, as some search the corpus."""
    missing = frozenset({Loss.NOT_INGESTED, Loss.NOT_AS_QUOTED})  # other documents may have the same rare words
    return {
        "missing/deleted": lambda: Fault(name="missing", variant="deleted", right=missing),
        "missing/unreadable": lambda: Fault(
            name="missing", variant="unreadable", right=missing, expect=question.path.with_suffix(".pdf").name
        ),
        "split/middle": lambda: Fault(name="split", variant="middle", right=frozenset({Loss.SPLIT})),
        "weight/vector": partial(_weight, "vector"),
        "weight/text": partial(_weight, "text"),
        "candidates/100": partial(_candidates, workplace, question, 100),
        "candidates/5": partial(_candidates, workplace, question, workplace.few),
        "reranker/inverted": partial(_reranker, "inverted"),
        "reranker/drawn": partial(_reranker, "drawn"),
        "budget/tokens": partial(_budget, "passages_tokens", 100, Loss.BUDGET),
        "budget/context": partial(_budget, "context_tokens", 640, Loss.BUDGET),
        "budget/time": partial(_budget, "rerank_budget_ms", 1, Loss.NOT_SCORED),
    }


def has_a_chance(name: str, hit: Hit, few: int) -> bool:
    """Whether a fault can have an effect at all on a passage of these ranks, so that no time is spent where it cannot.

    Fewer candidates lose what is ranked after them, a reranking time of nothing what comes after the first group. A
    leg at weight 0 is not tried where the other leg alone ranks the passage among its first ten: it stays there.
    """
    fault, variant = name.split("/")
    if fault == "candidates":
        return hit.fused_rank > few
    if variant == "time":
        return hit.fused_rank > GROUP
    if fault == "weight":
        other = hit.text_rank if variant == "vector" else hit.vector_rank
        return other is None or other > 10
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A diagnosed case."""

    fault: Fault
    question: FileQuestion
    verdict: Verdict
    right: bool
    helped: bool | None  # whether the first remedy that names a setting brings the words into the prompt; None: none


def inject(workplace: Workplace, question: FileQuestion, fault: Fault) -> Outcome | None:
    """Inject the fault, ask, diagnose, and undo it; None when the fault had no effect on this question."""
    settings = workplace.settings.model_copy(update=dict(fault.settings))
    with _with_corpus_fault(workplace, question, fault):
        answer = workplace.ask(question.text, settings)
        if in_prompt(answer, question.quote):
            return None
        verdict = workplace.diagnosis(settings).of_answer(answer, fault.expect or f'"{question.quote}"')
        helped = _first_remedy_helps(workplace, question, verdict, settings)
    return Outcome(fault=fault, question=question, verdict=verdict, right=_right(fault, verdict), helped=helped)


@contextmanager
def _with_corpus_fault(workplace: Workplace, question: FileQuestion, fault: Fault) -> Iterator[None]:
    if fault.name == "split":
        with workplace.split(question):
            yield
    elif fault.variant == "unreadable":
        with workplace.unreadable(question.path):
            yield
    elif fault.variant == "deleted":
        with workplace.without(question.path):
            yield
    else:
        yield


def _right(fault: Fault, verdict: Verdict) -> bool:
    if verdict.loss not in fault.right:
        return False
    if fault.variant == "unreadable" and not any("failed (" in line for line in verdict.evidence):
        return False
    if not fault.remedy:
        return True
    first = verdict.remedies[0] if verdict.remedies else None
    ranked = verdict.loss in (Loss.RERANKED_DOWN, Loss.BEYOND_LIMIT)
    return first is not None and fault.remedy in first.settings and (not ranked or first.helps is True)


def _first_remedy_helps(
    workplace: Workplace, question: FileQuestion, verdict: Verdict, settings: Settings
) -> bool | None:
    """Whether the first remedy that is a setting brings the words into the prompt; None without one."""
    remedy = next((remedy for remedy in verdict.remedies if remedy.settings), None)
    if remedy is None:
        return None
    values: dict[str, object] = {}
    for variable, value in remedy.settings.items():
        name = variable.removeprefix("FOREMOST_").lower()
        values[name] = type(getattr(settings, name))(value)
    return in_prompt(workplace.ask(question.text, settings.model_copy(update=values)), question.quote)
