"""Spans of an answer and its stages, read from the exporter that keeps them in memory."""

from collections.abc import Generator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from app.core.domain import Event, Finished, Outcome, Started, Token
from app.core.errors import QuestionError
from app.spans import NoSpans, Spans, build_spans
from tests.support.builders import make_answer

SECRET = "zyxwoquark"


def events(*, outcome: Outcome = Outcome.ANSWERED, fails: bool = False) -> Generator[Event, None, None]:
    yield Started(stage="line", detail="2nd in line")
    yield Started(stage="line", detail="1st in line")
    yield Started(stage="retrieve", detail=f"whole question: {SECRET}")
    if fails:
        raise QuestionError(f"{SECRET} is too long.")
    yield Started(stage="generate")
    yield Token(text=SECRET)
    yield Finished(answer=make_answer(question=SECRET, text=SECRET, outcome=outcome))


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def sent(exporter: InMemorySpanExporter, spans: Spans) -> dict[str, ReadableSpan]:
    spans.close()
    return {span.name: span for span in exporter.get_finished_spans()}


def test_every_stage_is_a_span_within_its_answers(exporter: InMemorySpanExporter) -> None:
    spans = Spans(exporter)
    assert list(map(type, spans.traced(events()))) == list(map(type, events()))

    found = sent(exporter, spans)
    assert list(found) == ["line", "retrieve", "generate", "answer"]
    answer = found.pop("answer")
    assert answer.parent is None
    assert all(span.parent == answer.context for span in found.values())
    assert answer.attributes is not None
    assert (answer.attributes["foremost.outcome"], answer.attributes["foremost.passages"]) == ("answered", 1)
    assert found["line"].end_time == pytest.approx(found["retrieve"].start_time, abs=1e8)
    assert SECRET not in "".join(span.to_json() for span in (answer, *found.values()))


def test_stopped_and_failed_answers_are_told_apart(exporter: InMemorySpanExporter) -> None:
    spans = Spans(exporter)
    stopped = spans.traced(events())
    next(stopped)
    stopped.close()
    with pytest.raises(QuestionError):
        list(spans.traced(events(fails=True)))
    list(spans.traced(events(outcome=Outcome.FAILED)))
    spans.close()

    answers = [span for span in exporter.get_finished_spans() if span.name == "answer"]
    outcomes = [dict(span.attributes or {}).get("foremost.outcome", "") for span in answers]
    assert outcomes == ["stopped", "", "failed"]
    assert [span.status.status_code is StatusCode.ERROR for span in answers] == [False, True, True]
    assert SECRET not in "".join(span.to_json() for span in exporter.get_finished_spans())


def test_who_leaves_with_the_answer_has_not_stopped_it(exporter: InMemorySpanExporter) -> None:
    spans = Spans(exporter)
    reading = spans.traced(events())
    assert any(isinstance(event, Finished) for event in reading)  # any() reads no further
    reading.close()
    assert dict(sent(exporter, spans)["answer"].attributes or {})["foremost.outcome"] == "answered"


def test_without_an_address_nothing_is_traced() -> None:
    made = events()
    assert build_spans("").traced(made) is made
    assert not isinstance(build_spans(""), Spans)
    assert isinstance(build_spans(""), NoSpans)
