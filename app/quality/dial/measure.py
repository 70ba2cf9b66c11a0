"""Questions go through retrieval once for each leg size and every pair is scored once; a Sweep comes out.

The time is limited: all questions are retrieved, then scored in a random order, every fourth to the deepest number of
candidates, every second to 100, the others to 50, and what time is left completes them. What was not measured is said.
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
from app.quality.dial.table import Known, order_of, points_of
from app.quality.evaluation.judge import Judge
from app.quality.evaluation.questions import EvaluationQuestion, QuestionSet
from app.search import Retriever

MINUTES = 10.0
MOST = 1_000  # questions; their candidates are held in memory
TIMED = 40  # questions whose stages are timed at every depth
_TIMED_SHARE = 0.3  # of the minutes, at most
_TIMED_LEAST = 8
_SEED = 11


class Cancelled(Exception):  # noqa: N818  # no error: somebody pressed stop
    """The sweep was stopped; what it scored is kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """How far a sweep is."""

    stage: str  # for people
    done: int
    of: int


@dataclass(kw_only=True)
class Listener:
    """Who follows a sweep, and may stop it."""

    tell: Callable[[Step], None] = field(default=lambda _step: None)
    stopped: Callable[[], bool] = field(default=lambda: False)

    def step(self, stage: str, done: int, of: int) -> None:
        """Say how far it is. Raises Cancelled when it was stopped."""
        if self.stopped():
            raise Cancelled
        self.tell(Step(stage=stage, done=done, of=of))


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """Every question with its orders, the seconds of some, and what was left out."""

    known: tuple[Known, ...]
    timed: tuple[Mapping[str, Mapping[int, float]], ...]
    left_out: tuple[str, ...]
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
        """retrievers: one for each of DEPTHS, as the product would be configured with so many candidates."""
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
            questions=len(measured.known),
            timed=len(measured.timed),
            machine=machine(),
            rerankers={contender.label: contender.reranker.name for contender in contenders},
            points=points_of(measured.known, measured.timed, contenders, self._depths),
            left_out=measured.left_out,
            seconds=measured.seconds,
            created_at=datetime.now(UTC),
        )

    def measure(self, questions: QuestionSet, *, minutes: float = MINUTES) -> "Measured":
        """What a sweep is made of, question by question."""
        started = time.perf_counter()
        asked = [question for question in questions.questions if question.answerable and question.expected]
        if not asked:
            raise QuestionError("No question of the set has an expected passage, so no setting can be compared.")
        random.Random(_SEED).shuffle(asked)  # noqa: S311  # a fixed order, so that the next run goes on
        left_out = [f"{MOST} of {len(asked)} questions were drawn."] if len(asked) > MOST else []
        asked = asked[:MOST]
        known = self._retrieve(asked)
        deadline = started + 60 * minutes
        timed = self._time(known, started + 60 * minutes * _TIMED_SHARE)
        left_out += self._score(known, deadline)
        if len(timed) < min(TIMED, len(asked)):
            left_out.append(f"Seconds were measured on {len(timed)} questions.")
        return Measured(
            known=tuple(known), timed=tuple(timed), left_out=tuple(left_out), seconds=time.perf_counter() - started
        )

    def _retrieve(self, asked: Sequence[EvaluationQuestion]) -> list[Known]:
        """Candidates of every question, once for each size of the legs; a shallower setting is their beginning."""
        groups: dict[int, int] = {}  # legs' size -> the deepest setting that has it
        for depth in self._depths:
            groups[max(self._leg, depth)] = max(depth, groups.get(max(self._leg, depth), 0))
        known, texts = [], dict[int, tuple[str, str, str]]()
        for done, question in enumerate(asked, 1):
            lists = {
                depth: _shared(self._retrievers[depth].retrieve(question.text, collection=question.collection), texts)
                for depth in groups.values()
            }
            hits = {depth: lists[groups[max(self._leg, depth)]][:depth] for depth in self._depths}
            known.append(Known(asked=question, judgement=self._judge.judge(question), hits=hits))
            self._listener.step("searching", done, len(asked))
        return known

    def _time(self, known: Sequence[Known], deadline: float) -> list[Mapping[str, Mapping[int, float]]]:
        """Stage -> candidates -> seconds, for the first questions."""
        timed: list[Mapping[str, Mapping[int, float]]] = []
        sample = known[:TIMED]
        for one in sample:
            if len(timed) >= _TIMED_LEAST and time.perf_counter() > deadline:
                break
            stages: dict[str, Mapping[int, float]] = {"retrieve": self._retrieve_timed(one.asked)}
            for scorer in self._scorers:
                stages[scorer.contender.label] = scorer.timed(one.asked.text, one.hits[self._depths[-1]], self._depths)
            timed.append(stages)
            self._listener.step("timing", len(timed), len(sample))
        return timed

    def _retrieve_timed(self, question: EvaluationQuestion) -> Mapping[int, float]:
        measured = self._cache.timings("retrieve", question.text)
        if not set(self._depths) <= set(measured):
            for depth, retriever in self._retrievers.items():
                found = retriever.retrieve(question.text, collection=question.collection)
                measured[depth] = found.embed_seconds + found.sql_seconds
            self._cache.save_timings("retrieve", question.text, measured)
        return measured

    def _score(self, known: Sequence[Known], deadline: float) -> list[str]:
        """Score in two passes until the deadline; returns what was left out."""
        needed = [one for one in known if one.needed]
        work = [(one, _first_depth(number, self._depths)) for number, one in enumerate(needed)]
        work += [(one, self._depths[-1]) for one in needed]
        began = time.perf_counter()
        for done, (one, depth) in enumerate(work, 1):
            if time.perf_counter() > deadline and done > _TIMED_LEAST:
                break
            for scorer in self._scorers if depth > one.depth else ():
                self._order(one, scorer, depth)
            one.depth = max(one.depth, depth)
            self._listener.step("reranking", done, _expected(done, len(work), began, deadline))
        return _left_out(needed, self._depths)

    def _order(self, one: Known, scorer: Scorer, depth: int) -> None:
        logits = scorer.logits(one.asked.text, _all_hits(one, depth, self._depths))
        for at in (at for at in self._depths if at <= depth):
            ordered = scorer.order(one.asked.text, one.hits[at], logits)
            one.orders[scorer.contender.label, at] = order_of(one.judgement, ordered)


def _shared(retrieval: Retrieval, texts: dict[int, tuple[str, str, str]]) -> tuple[Hit, ...]:
    """The candidates, with the same passage held in memory once for all questions."""
    hits = []
    for hit in retrieval.hits:
        title, heading, text = texts.setdefault(hit.chunk_id, (hit.title, hit.heading, hit.text))
        hits.append(replace(hit, title=title, heading=heading, text=text))
    return tuple(hits)


def _expected(done: int, of: int, began: float, deadline: float) -> int:
    """How much of the work will be done when the time is up, going on as so far."""
    spent = max(time.perf_counter() - began, 1e-9)
    return max(done, min(of, int(done * (deadline - began) / spent)))


def _first_depth(number: int, depths: Sequence[int]) -> int:
    """How deep a question is scored in the first pass: every fourth to the end, every second less, the others half."""
    deepest = len(depths) - 1
    back = 0 if number % 4 == 0 else 1 if number % 2 == 0 else 2
    return depths[max(deepest - back, 0)]


def _all_hits(one: Known, depth: int, depths: Sequence[int]) -> list[Hit]:
    """Every candidate of the settings up to a depth, each once."""
    hits = {hit.chunk_id: hit for at in depths if at <= depth for hit in one.hits[at]}
    return list(hits.values())


def _left_out(needed: Sequence[Known], depths: Sequence[int]) -> list[str]:
    said = []
    for depth in depths:
        done = sum(one.depth >= depth for one in needed)
        if done < len(needed):
            said.append(f"{depth} candidates were reranked for {done} of {len(needed)} questions.")
    return said
