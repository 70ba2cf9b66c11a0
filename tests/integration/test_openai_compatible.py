"""OpenAI-compatible servers: context and counts where the server gives them, and one line where it fails."""

import json
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.chat import ChatModel
from app.core.domain import Message, Usage
from app.core.errors import ContextOverflowError, ModelError
from app.generate import build_chat_model
from tests.support.chat_replay import Exchange, ReplayServer, Reply, says

QUESTION = (Message(role="user", content="When does the backup run?"),)
Build = Callable[..., tuple[ChatModel, tuple[str, ...]]]


def event(content: str | None = None, *, finish: str | None = None, usage: dict[str, int] | None = None) -> str:
    choice = {"index": 0, "delta": {"content": content} if content else {}, "finish_reason": finish}
    chunk: dict[str, Any] = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunk |= {"choices": [] if usage else [choice], "usage": usage}
    return f"data: {json.dumps(chunk)}\n\n"


def streams(*events: str) -> Reply:
    def reply(exchange: Exchange) -> None:
        exchange.begin(content_type="text/event-stream")
        for each in events:
            exchange.piece(each)
        exchange.piece("data: [DONE]\n\n")
        exchange.end()

    return reply


ANSWER = (event("At "), event("02:30."), event(finish="stop"))
USAGE = event(usage={"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17})
WHOLE = streams(*ANSWER, USAGE)


def vllm(chat: Reply = WHOLE) -> ReplayServer:
    """A server as vLLM describes itself."""
    models = {"data": [{"id": "big", "max_model_len": 8192, "owned_by": "vllm"}]}
    return ReplayServer(
        replies={
            "/v1/models": says(200, models),
            "/tokenize": says(200, {"count": 12, "max_model_len": 8192, "tokens": []}),
            "/v1/chat/completions": chat,
        }
    )


def unknown_server(chat: Reply = WHOLE) -> ReplayServer:
    """A server that says nothing of its context."""
    return ReplayServer(replies={"/v1/models": says(200, {"data": [{"id": "some"}]}), "/v1/chat/completions": chat})


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    built: list[ChatModel] = []

    def make(server: ReplayServer | str, **settings: Any) -> tuple[ChatModel, tuple[str, ...]]:
        values: dict[str, Any] = {
            "backend": "openai",
            "model": "",
            "ollama_url": "http://127.0.0.1:9",
            "openai_url": server if isinstance(server, str) else f"{server.url}/v1",
            "openai_api_key": "",
            "data_dir": tmp_path,
            "context_tokens": 4096,
            "answer_tokens": 64,
            "temperature": 0.0,
            "seed": 7,
            "timeout_seconds": 10,
        }
        model, notices = build_chat_model(**(values | settings))
        built.append(model)
        return model, notices

    yield make
    for model in built:
        model.close()


def answered(stream: Generator[str, None, Usage]) -> tuple[str, Usage]:
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as done:
            return "".join(pieces), done.value


def test_vllm_gives_context_and_exact_counts(build: Build) -> None:
    with vllm() as server:
        model, notices = build(server, context_tokens=100_000)
        text, usage = answered(model.stream(QUESTION))
        (sent,) = server.sent_to("/v1/chat/completions")
    assert text == "At 02:30."
    assert (usage.prompt_tokens, usage.sent_tokens, usage.uncut) == (12, 12, "proven")
    assert model.info.context_tokens == 8192
    assert "reads at most 8192 tokens" in notices[0]
    assert (sent["max_tokens"], sent["temperature"], sent["seed"]) == (64, 0.0, 7)
    assert "max_completion_tokens" not in sent


def test_a_server_that_says_nothing_of_its_context_is_used_with_a_notice(build: Build) -> None:
    with unknown_server() as server:
        model, notices = build(server)
        text, usage = answered(model.stream(QUESTION))
        (sent,) = server.sent_to("/v1/chat/completions")
    assert text == "At 02:30."
    assert "4096 tokens (FOREMOST_CONTEXT_TOKENS) could not be confirmed" in notices[0]
    assert usage.uncut == "not proven"
    assert "chat_template_kwargs" not in sent  # strict servers refuse fields that they do not know


def test_auto_takes_the_server_whose_address_is_set(build: Build) -> None:
    with vllm() as server:
        model, _ = build(server, backend="auto")
    assert (model.info.backend, model.info.name) == ("openai", "big")


def test_a_count_below_what_was_sent_is_an_error_and_not_an_answer(build: Build) -> None:
    cut = event(usage={"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8})
    with unknown_server(streams(*ANSWER, cut)) as server:
        model, _ = build(server)
        with pytest.raises(ContextOverflowError):
            answered(model.stream(QUESTION))


VLLM_TOO_LONG = {
    "object": "error",
    "message": "This model's maximum context length is 8192 tokens. However, your request has 9000 input tokens.",
    "code": 400,
}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (says(400, VLLM_TOO_LONG), "The prompt has 9000 tokens and the model's context is 4096"),
        (says(404, {"error": {"message": "The model `big` does not exist."}}), "has no model 'big'"),
        (says(401, {"error": {"message": "no"}}), "Set FOREMOST_OPENAI_API_KEY"),
        (says(429, {"error": {"message": "slow down"}}), "is busy"),
        (says(503, ""), "is busy"),
        (says(500, "<html>"), "status 500"),
        (streams(*ANSWER[:2]), "broke off in the middle of the answer"),
        (streams(event("At "), 'data: {"error": {"message": "CUDA out of memory"}}\n\n'), "CUDA out of memory"),
        (streams(event("At "), "data: <html>\n\n"), "not what the protocol says"),
        (lambda exchange: exchange.wait_for_disconnect(), "sent nothing for"),
    ],
    ids=["too long", "unknown", "key", "rate", "busy", "broken", "cut off", "error in stream", "not json", "silent"],
)
def test_every_failure_of_the_server_ends_in_one_line(build: Build, reply: Reply, expected: str) -> None:
    with vllm(reply) as server:
        model, _ = build(server, timeout_seconds=0.5)
        with pytest.raises(ModelError) as caught:
            answered(model.stream(QUESTION))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_killed_in_the_middle_of_an_answer_is_told_and_so_is_that_it_is_gone(build: Build) -> None:
    def killed(exchange: Exchange) -> None:
        exchange.begin(content_type="text/event-stream")
        exchange.piece(event("At "))
        exchange.die()

    with unknown_server(killed) as server:
        model, _ = build(server)
        with pytest.raises(ModelError, match="broke off in the middle"):
            answered(model.stream(QUESTION))
    with pytest.raises(ModelError, match="does not answer"):
        answered(model.stream(QUESTION))


def test_an_unknown_model_is_refused_with_those_there_are(build: Build) -> None:
    with vllm() as server, pytest.raises(ModelError, match=r"has no model 'other'.*one of: big"):
        build(server, model="other")


@pytest.mark.parametrize(
    ("url", "expected"), [("", "is not set"), ("127.0.0.1:8000", "Write it like"), ("http://127.0.0.1:9/v1", "answer")]
)
def test_an_address_that_leads_nowhere_is_told(build: Build, url: str, expected: str) -> None:
    with pytest.raises(ModelError, match=expected):
        build(url)
