"""A sweep: every question is retrieved once for each leg size, and every (question, passage) pair is scored once.

Time is limited. All questions are retrieved, then scored in a random order: every fourth to the deepest number of
candidates, every second to the next (100), the others to the third (50). The time left completes them. The result
lists what was not measured.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from app.core.domain import Hit, Retrieval
from app.core.errors import QuestionError
from app.quality.dial.cache import Cache, machine
from app.quality.dial.scorer import Contender, Scorer
from app.quality.dial.sweep import Sweep
from app.quality.dial.table import SweepQuestion, order_of, points_of
from app.quality.evaluation.judge import Judge
from app.quality.evaluation.questions import EvaluationQuestion, QuestionSet
from app.search import Retriever

MINUTES = 10.0
MOST = 1_000  # questions, because their candidates are held in memory
TIMED = 40  # questions whose stages are timed
_TIMED_SHARE = 0.3  # of the minutes, at most
_TIMED_LEAST = 8
_SEED = 11


class Cancelled(Exception):  # noqa: N818  # not an error: the user stopped it
    """The sweep was stopped; its scores are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Progress of a sweep."""

    stage: str  # for people
    done: int
    of: int


@dataclass(kw_only=True)
class Listener:
    """Callbacks of a sweep: `tell` receives its progress, `stopped` says whether to stop."""

    tell: Callable[[Step], None] = field(default=lambda _step: None)
    stopped: Callable[[], bool] = field(default=lambda: False)

    def step(self, stage: str, done: int, of: int) -> None:
        """Report progress. Raises Cancelled when the sweep was stopped."""
        if self.stopped():
            raise Cancelled
        self.tell(Step(stage=stage, done=done, of=of))


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """Every question with its orders, the seconds of some, and what was left out."""

    questions: tuple[SweepQuestion, ...]
    timed: tuple[Mapping[str, Mapping[int, float]], ...]  # stage -> number of candidates -> seconds
    left_out: tuple[str, ...]  # sentences for people
    seconds: float


class Measurer:
    """One sweep over one set of questions."""

    def __init__(
        self,
        *,
        retrievers: Mapping[int, Retriever],
        leg_candidates: int,
        contenders: Sequence[Contender],
        judge: Judge,
        cache: Cache,
        listener: Listener,
    ) -> None:
        """retrievers: by number of candidates, each as the product has it when configured with that number."""
        self._retrievers = retrievers
        self._depths = tuple(sorted(retrievers))
        self._leg = leg_candidates
        self._scorers = [Scorer(contender, cache) for contender in contenders]
        self._judge = judge
        self._cache = cache
        self._listener = listener

    def sweep(self, questions: QuestionSet, *, minutes: float = MINUTES) -> Sweep:
        """Measure within the minutes. Raises Cancelled, QuestionError, and what retrieving and reranking raise."""
        measured = self.measure(questions, minutes=minutes)
        contenders = [scorer.contender for scorer in self._scorers]
        return Sweep(
            target=questions.name,
            questions=len(measured.questions),
            timed=len(measured.timed),
            machine=machine(),
            rerankers={contender.label: contender.reranker.name for contender in contenders},
            points=points_of(measured.questions, measured.timed, contenders, self._depths),
            left_out=measured.left_out,
            seconds=measured.seconds,
            created_at=datetime.now(UTC),
        )

    def measure(self, questions: QuestionSet, *, minutes: float = MINUTES) -> Measured:
        """The measurements of a sweep, question by question."""
        started = time.perf_counter()
        usable = drawn(questions)
        items = self._retrieve(usable[:MOST])
        deadline = started + 60 * minutes
        timed = self._time(items, started + 60 * minutes * _TIMED_SHARE)
        left_out = [f"{MOST} of {len(usable)} questions were drawn."] if len(usable) > MOST else []
        left_out += self._score(items, deadline)
        if len(timed) < min(TIMED, len(items)):
            left_out.append(f"Seconds were measured on {len(timed)} questions.")
        return Measured(
            questions=tuple(items), timed=tuple(timed), left_out=tuple(left_out), seconds=time.perf_counter() - started
        )

    def _retrieve(self, questions: Sequence[EvaluationQuestion]) -> list[SweepQuestion]:
        """Candidates of every question, once for each leg size; a shallower setting has the first of them."""
        deepest: dict[int, int] = {}  # leg size -> the deepest setting with that size
        for depth in self._depths:
            deepest[max(self._leg, depth)] = depth
        result, texts = [], dict[int, tuple[str, str, str]]()
        for done, question in enumerate(questions, 1):
            lists = {
                leg: _shared(self._retrievers[depth].retrieve(question.text, collection=question.collection), texts)
                for leg, depth in deepest.items()
            }
            hits = {depth: lists[max(self._leg, depth)][:depth] for depth in self._depths}
            result.append(SweepQuestion(question=question, judgement=self._judge.judge(question), hits=hits))
            self._listener.step("searching", done, len(questions))
        return result

    def _time(self, questions: Sequence[SweepQuestion], deadline: float) -> list[Mapping[str, Mapping[int, float]]]:
        """Stage -> number of candidates -> seconds, for the first questions."""
        timed: list[Mapping[str, Mapping[int, float]]] = []
        sample = questions[:TIMED]
        for item in sample:
            if len(timed) >= _TIMED_LEAST and time.perf_counter() > deadline:
                break
            hits = item.hits[self._depths[-1]]
            stages: dict[str, Mapping[int, float]] = {"retrieve": self._retrieve_timed(item.question)}
            for scorer in self._scorers:
                stages[scorer.contender.label] = scorer.timed(item.question.text, hits, self._depths)
            timed.append(stages)
            self._listener.step("timing", len(timed), len(sample))
        return timed

    def _retrieve_timed(self, question: EvaluationQuestion) -> Mapping[int, float]:
        measured = self._cache.timings("retrieve", question.text)
        if not set(self._depths) <= set(measured):
            for depth, retriever in self._retrievers.items():
                retrieval = retriever.retrieve(question.text, collection=question.collection)
                measured[depth] = retrieval.embed_seconds + retrieval.sql_seconds
            self._cache.save_timings("retrieve", question.text, measured)
        return measured

    def _score(self, questions: Sequence[SweepQuestion], deadline: float) -> list[str]:
        """Score in two passes until the deadline; returns what was left out."""
        needed = [item for item in questions if item.needed]
        work = [(item, _first_depth(number, self._depths)) for number, item in enumerate(needed)]
        work += [(item, self._depths[-1]) for item in needed]
        began = time.perf_counter()
        for done, (item, depth) in enumerate(work, 1):
            if time.perf_counter() > deadline and done > _TIMED_LEAST:
                break
            if depth > item.depth:
                for scorer in self._scorers:
                    self._order(item, scorer, depth)
                item.depth = depth
            self._listener.step("reranking", done, _expected(done, len(work), began, deadline))
        return _left_out(needed, self._depths)

    def _order(self, item: SweepQuestion, scorer: Scorer, deepest: int) -> None:
        """Record the final order of a question by one reranker at every depth down to the deepest."""
        depths = [depth for depth in self._depths if depth <= deepest]
        candidates = {hit.chunk_id: hit for depth in depths for hit in item.hits[depth]}
        logits = scorer.logits(item.question.text, list(candidates.values()))
        for depth in depths:
            ordered = scorer.order(item.question.text, item.hits[depth], logits)
            item.orders[scorer.contender.label, depth] = order_of(item.judgement, ordered)


def drawn(questions: QuestionSet) -> list[EvaluationQuestion]:
    """The questions with expected passages, in a fixed random order, so that the next run continues this one.

    Raises QuestionError when there is none.
    """
    usable = [question for question in questions.questions if question.answerable and question.expected]
    if not usable:
        raise QuestionError("No question of the set has an expected passage, so no setting can be compared.")
    random.Random(_SEED).shuffle(usable)  # noqa: S311  # not for secrets
    return usable


def _shared(retrieval: Retrieval, texts: dict[int, tuple[str, str, str]]) -> tuple[Hit, ...]:
    """The candidates, with the texts of a passage held in memory once for all questions."""
    hits = []
    for hit in retrieval.hits:
        title, heading, text = texts.setdefault(hit.chunk_id, (hit.title, hit.heading, hit.text))
        hits.append(replace(hit, title=title, heading=heading, text=text))
    return tuple(hits)


def _expected(done: int, of: int, began: float, deadline: float) -> int:
    """How many of the items will be done at the deadline, at the speed so far."""
    spent = max(time.perf_counter() - began, 1e-9)
    return max(done, min(of, int(done * (deadline - began) / spent)))


def _first_depth(number: int, depths: Sequence[int]) -> int:
    """Depth of a question in the first pass: deepest for every fourth, the next for every second, else the third."""
    if number % 4 == 0:
        back = 0
    elif number % 2 == 0:
        back = 1
    else:
        back = 2
    return depths[max(len(depths) - 1 - back, 0)]


def _left_out(needed: Sequence[SweepQuestion], depths: Sequence[int]) -> list[str]:
    lines = []
    for depth in depths:
        done = sum(item.depth >= depth for item in needed)
        if done < len(needed):
            lines.append(f"{depth} candidates were reranked for {done} of {len(needed)} questions.")
    return lines
