"""Spans over the wire: what a collector of OpenTelemetry gets."""

from pytest_httpserver import HTTPServer

from app.core.domain import Event, Finished, Started
from app.spans import build_spans
from tests.support.builders import make_answer


def test_the_collector_gets_the_spans_of_an_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/traces", method="POST").respond_with_data(b"", content_type="application/x-protobuf")
    events: list[Event] = [Started(stage="retrieve"), Finished(answer=make_answer(question="Where is zyxwoquark?"))]
    spans = build_spans(httpserver.url_for("/"))
    assert list(spans.traced(event for event in events)) == events
    spans.close()

    sent = b"".join(request.get_data() for request, _ in httpserver.log)
    for word in (b"foremost", b"retrieve", b"answered"):
        assert word in sent
    assert b"zyxwoquark" not in sent
