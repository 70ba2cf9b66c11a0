"""Spans of OpenTelemetry for an answer and each of its stages: lengths and counts, no words of anybody."""

from collections.abc import Generator
from contextlib import closing
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from app.core.domain import Answer, Event, Finished, Outcome, Started
from app.core.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

Events = Generator[Event, None, None]


class NoSpans:
    """What traces nothing, and costs nothing."""

    def traced(self, events: Events) -> Events:
        """The same events."""
        return events

    def close(self) -> None:
        """Nothing waits to be sent."""


class Spans(NoSpans):
    """Sends a span of each answer and of its stages. Sending happens in a thread, and its failures are log lines."""

    def __init__(self, exporter: "SpanExporter") -> None:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # an extra, and takes its time
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        resource = Resource.create({"service.name": "foremost", "service.version": version("foremost")})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("foremost")

    def traced(self, events: Events) -> Events:
        """The same events. A stage lasts from its event to the next stage's; waiting in line is one too."""
        from opentelemetry.trace import StatusCode, set_span_in_context  # noqa: PLC0415

        answer = self._tracer.start_span("answer")
        parent, stage, name, finished = set_span_in_context(answer), None, "", False
        try:
            with closing(events):
                for event in events:
                    if isinstance(event, Started) and event.stage != name:
                        if stage is not None:
                            stage.end()
                        name = event.stage
                        stage = self._tracer.start_span(name, context=parent)
                    if isinstance(event, Finished):
                        finished = True
                        answer.set_attributes(_attributes(event.answer))
                        if event.answer.outcome is Outcome.FAILED:
                            answer.set_status(StatusCode.ERROR)
                    yield event
        except GeneratorExit:
            if not finished:  # many readers leave once they have the answer
                answer.set_attribute("foremost.outcome", Outcome.STOPPED.name.lower())
            raise
        except Exception as error:
            answer.set_status(StatusCode.ERROR)
            answer.set_attribute("error.type", type(error).__name__)  # its line may hold words of the question
            raise
        finally:
            if stage is not None:
                stage.end()
            answer.end()

    def close(self) -> None:
        """Send what waits to be sent."""
        self._provider.shutdown()


def build_spans(url: str) -> NoSpans:
    """Spans that go over HTTP to a collector; url: empty for none. Raises SettingsError without the extra."""
    if not url:
        return NoSpans()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise SettingsError(
            "FOREMOST_OTLP_URL needs OpenTelemetry, which is not installed.",
            fix="pip install -c constraints.txt '.[tracing]', or leave the setting out.",
        ) from error
    return Spans(OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces"))


def _attributes(answer: Answer) -> dict[str, Any]:
    return {
        "foremost.answer": answer.id,
        "foremost.outcome": answer.outcome.name.lower(),
        "foremost.candidates": len(answer.context.hits),
        "foremost.passages": len(answer.context.passages),
        "foremost.passage_tokens": answer.context.tokens,
        "foremost.searches": max(len(answer.plan.steps), 1),
        "foremost.notices": len(answer.notices),
        "gen_ai.request.model": answer.model.name if answer.model else "",
    }
