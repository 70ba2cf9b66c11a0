"""Background measurements for the Measure tab: one at a time in a thread, latest result kept."""

import contextvars
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import Engine

from app.calibrate import Calibrations, calibrated
from app.core.applied_settings import apply
from app.core.chat import ChatModel
from app.core.errors import AppError
from app.core.models.embedding import Embedder
from app.core.settings import Settings, Shapes, shaping_values
from app.quality.dial.measure import Cancelled, Listener, Step
from app.quality.dial.session import sweep
from app.quality.dial.sweep import Sweep
from app.quality.dial.sweeps import last_sweep
from app.quality.evaluation.floor import FloorCurve, floor_curve
from app.quality.evaluation.questions import of_golden
from app.quality.evaluation.run import EvaluationRun
from app.quality.evaluation.session import Bench, evaluate
from app.quality.expected.drafting import Drafter
from app.quality.expected.golden import Golden
from app.rerank import build_reranker
from app.search import Searcher


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What the Measure tab shows."""

    questions: int  # accepted golden questions
    unanswerable: int  # of the accepted questions
    drafts: int
    in_effect: Mapping[str, str]  # current values of the settings that the dial changes, by field name
    running: str = ""  # "sweep", "floor" or "drafts"
    step: Step | None = None
    problem: str = ""  # why the last measurement ended early
    sweep: Sweep | None = None
    run: EvaluationRun | None = None  # the last evaluation of this process
    curve: FloorCurve | None = None
    drafted: tuple[str, ...] = ()  # the questions of the drafts


class Services(Protocol):
    """The running services whose settings are tuned."""

    @property
    def engine(self) -> Engine: ...

    @property
    def embedder(self) -> Embedder: ...

    @property
    def searcher(self) -> Searcher: ...

    @property
    def model(self) -> ChatModel: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def given(self) -> Settings: ...

    def retune(self) -> None: ...


class Tuning:
    """Measures in the background and applies a recommendation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._golden = Golden(services.engine)
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._kept = State(questions=0, unanswerable=0, drafts=0, in_effect={})

    def state(self) -> State:
        """The current state. Raises AppError when the database cannot be read."""
        questions = self._golden.questions()
        accepted = [question for question in questions if question.status == "accepted"]
        settings = self._services.settings
        if self._kept.sweep is None:
            self._keep(sweep=last_sweep(self._services.engine, "golden"))
        return replace(
            self._kept,
            questions=len(accepted),
            unanswerable=sum(not question.answerable for question in accepted),
            drafts=len(questions) - len(accepted),
            drafted=tuple(question.question for question in questions if question.status != "accepted"),
            in_effect={name: str(value) for name, value in shaping_values(settings, Shapes.TUNED).items()},
        )

    def start_sweep(self, minutes: float) -> None:
        """Start a sweep over the golden set, unless a measurement is running. Raises AppError for an empty set."""
        bench = self._bench()

        def work(listener: Listener) -> None:
            result = sweep(bench, self._services.engine, self._services.settings, minutes=minutes, listener=listener)
            self._keep(sweep=result)

        self._start("sweep", work)

    def start_floor(self) -> None:
        """Start an evaluation of refusals over the golden set, unless a measurement is running. Raises AppError."""
        bench = self._bench()
        settings = self._services.settings

        def work(listener: Listener) -> None:
            raw = build_reranker(settings.reranker, bench.embedder, settings.data_dir, budget_ms=0)
            reranker = calibrated(raw, Calibrations(bench.engine, bench.embedder))
            run = evaluate(
                bench, reranker, settings, name="page", progress=lambda done, of: listener.step("evaluating", done, of)
            )
            self._keep(run=run, curve=floor_curve(run, current=settings.relevance_floor))

        self._start("floor", work)

    def start_drafts(self, count: int) -> None:
        """Let the chat model draft questions from passages of the corpus, unless a measurement is running."""
        drafter = Drafter(self._services.engine, self._golden, self._services.model, self._services.searcher.retriever)

        def work(listener: Listener) -> None:
            listener.step("drafting", 0, count)
            for done, _ in enumerate(drafter.draft(count), 1):
                listener.step("drafting", done, count)

        self._start("drafts", work)

    def accept_drafts(self) -> int:
        """Let all drafts count as golden questions; returns how many."""
        return self._golden.accept_drafts()

    def stop(self) -> None:
        """Stop the running measurement; the scores of a sweep are kept."""
        self._stop.set()

    def join(self) -> None:
        """Wait for the end of the running measurement."""
        if self._thread is not None:
            self._thread.join()

    def apply(self, values: Mapping[str, str], reason: str) -> tuple[str, ...]:
        """Use settings from the next question on; returns the environment variables that override some of them."""
        covered = apply(self._services.engine, self._services.given, values, reason=reason)
        self._services.retune()
        return covered

    def _bench(self) -> Bench:
        questions = of_golden(self._golden.questions(status="accepted"))
        return Bench(questions=questions, engine=self._services.engine, embedder=self._services.embedder)

    def _start(self, kind: str, work: Callable[[Listener], None]) -> None:
        with self._lock:
            if self._kept.running:
                return
            self._stop.clear()
            self._keep(running=kind, step=None, problem="")
        listener = Listener(tell=lambda step: self._keep(step=step), stopped=self._stop.is_set)
        context = contextvars.copy_context()  # for whom the database is read
        self._thread = threading.Thread(
            target=context.run, args=(self._run, work, listener), name=f"foremost-{kind}", daemon=True
        )
        self._thread.start()

    def _run(self, work: Callable[[Listener], None], listener: Listener) -> None:
        problem = "It stopped before its end; the page's log says why."  # shown for errors not handled below
        try:
            work(listener)
            problem = ""
        except Cancelled:
            problem = "Stopped. The scores are kept; start again to continue."
        except AppError as error:
            problem = str(error)
        finally:
            self._keep(running="", step=None, problem=problem)

    def _keep(self, **changes: object) -> None:
        with self._lock:
            self._kept = replace(self._kept, **changes)  # type: ignore[arg-type]  # the fields of State
