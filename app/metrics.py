"""Counts of this process and states of the database, as Prometheus reads them; no words of questions or documents."""

from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from app.core.domain import Answer, Outcome, Support
from app.core.errors import AppError
from app.core.progress import Progress
from app.core.recall_state import LastRecall
from app.present.answer_verdict import verdict_of

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_NAME = "foremost"


class Store(Protocol):
    """Stores answers."""

    def store(self, answer: Answer) -> None: ...


class Metrics:
    """What is counted since the start, and what is read when it is asked for."""

    def __init__(
        self,
        *,
        progress: Callable[[], Progress],
        last_recall: Callable[[], LastRecall | None],
    ) -> None:
        self._registry = CollectorRegistry()
        self._questions = self._counter("questions", "Questions by what became of them.", "outcome")
        self._verdicts = self._counter("verdicts", "Answers by what the check of their sentences found.", "verdict")
        self._sentences = self._counter("sentences", "Sentences of answers by their support.", "support")
        self._candidates = self._counter("candidates", "Candidates of questions by their fate.", "fate")
        self._degraded = self._counter("degraded_answers", "Answers with a notice about something degraded.")
        self._refusals = self._counter("refusals", "Questions that the documents do not answer.")
        self._seconds = Histogram(
            f"{_NAME}_stage_seconds",
            "Seconds of the stages of a question.",
            ("stage",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        for outcome in Outcome:  # so that a rate has a zero to begin with
            self._questions.labels(outcome.name.lower())
        for support in Support:
            self._sentences.labels(support.name.lower())
        self._registry.register(_States(progress, last_recall))

    def answered(self, answer: Answer) -> None:
        """Count a stored answer."""
        self._questions.labels(answer.outcome.name.lower()).inc()
        verdict = verdict_of(answer.outcome, answer.sentences, searched=len(answer.context.hits))
        self._verdicts.labels(verdict.state.name.lower()).inc()
        for sentence in answer.sentences:
            self._sentences.labels(sentence.support.name.lower()).inc()
        for hit in answer.context.hits:
            self._candidates.labels(hit.fate.name.lower()).inc()
        for stage, seconds in answer.timings.items():
            self._seconds.labels(stage).observe(seconds)
        if answer.outcome is Outcome.NOT_FOUND:
            self._refusals.inc()
        if answer.notices:
            self._degraded.inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"{_NAME}_{name}", meaning, labels, registry=self._registry)


class Counted:
    """A ledger whose answers are counted once they are stored."""

    def __init__(self, ledger: Store, metrics: Metrics) -> None:
        self._ledger = ledger
        self._metrics = metrics

    def store(self, answer: Answer) -> None:
        """Store and count an answer."""
        self._ledger.store(answer)
        self._metrics.answered(answer)


class _States(Collector):
    """Read at each scrape; without a database only that is said."""

    def __init__(self, progress: Callable[[], Progress], last_recall: Callable[[], LastRecall | None]) -> None:
        self._progress = progress
        self._last_recall = last_recall

    def describe(self) -> list[Metric]:
        """Nothing: registering must not read the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(_NAME, "The version that runs.", value={"version": version("foremost")})
        try:
            progress = self._progress()
        except AppError:
            yield _gauge("database_up", "Whether the database answers.", 0)
        else:
            yield _gauge("database_up", "Whether the database answers.", 1)
            yield from _ingestion(progress)
        recall = self._last_recall()
        if recall is not None:
            yield _gauge("vector_recall", "Recall of the vector index at its last check, 0 to 1.", recall.recall)
            yield _gauge("vector_recall_alarm", "1 when that recall is too low.", float(recall.alarm))
            moment = recall.checked_at.timestamp()
            yield _gauge("vector_recall_checked_timestamp_seconds", "When it was checked.", moment)


def _ingestion(progress: Progress) -> Iterator[Metric]:
    queue = GaugeMetricFamily(f"{_NAME}_queue", "Files and uploads by state.", labels=("state",))
    for state, count in (
        ("queued", progress.queued - progress.retrying),
        ("retrying", progress.retrying),
        ("running", progress.running),
    ):
        queue.add_metric((state,), count)
    yield queue
    documents = GaugeMetricFamily(f"{_NAME}_documents", "Documents by state.", labels=("state",))
    for state, count in (("ready", progress.ready), ("empty", progress.empty), ("failed", progress.failed)):
        documents.add_metric((state,), count)
    yield documents
    yield _gauge("workers", "Workers with a heartbeat in the last 30 seconds.", progress.workers)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_NAME}_{name}", meaning, value=value)
