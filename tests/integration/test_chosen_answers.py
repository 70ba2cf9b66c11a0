"""A chat's choice answered by the real composition: other models of the server, passages, candidates, no reranker."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine

from app.bootstrap import Services, open_services
from app.core.domain import Answer, Choice, Finished, Question
from app.core.errors import ModelError
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.rerank import KeepOrder
from app.users import Limits
from tests.support.chat_replay import Exchange, ReplayServer, recorded_ollama, says
from tests.support.ingested import ingest_text

QUESTION = "When does the ferry sail?"


def offer(chat_server: ReplayServer, *names: str) -> None:
    """Let the server list these models from now on."""
    chat_server.replies["/v1/models"] = says(200, {"data": [{"id": name} for name in names]})


def _answer(exchange: Exchange) -> None:
    exchange.begin(content_type="text/event-stream")
    for delta, finish in (({"content": "The ferry sails at nine [1]."}, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        exchange.piece(f"data: {json.dumps(chunk)}\n\n")
    exchange.piece("data: [DONE]\n\n")
    exchange.end()


@pytest.fixture
def chat_server() -> Iterator[ReplayServer]:
    """An OpenAI-compatible server with two models."""
    with ReplayServer(replies={"/v1/chat/completions": _answer}) as running:
        offer(running, "small", "large")
        yield running


@pytest.fixture
def services(
    chat_server: ReplayServer, database: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> Iterator[Services]:
    for hour in ("nine", "ten", "eleven"):
        ingest_text(database, embedder, f"/files/{hour}.txt", f"The ferry sails at {hour} from the quay of {hour}.")
    settings = make_settings(
        database_url=database.url.render_as_string(hide_password=False),
        chat_backend="openai",
        openai_url=f"{chat_server.url}/v1",
        relevance_floor=0.0,
    )
    with closing(open_services(settings, report=lambda _: None)) as opened:
        yield opened


def answered(services: Services, **choice: Any) -> Answer:
    for event in services.answerer.answer(Question(text=QUESTION, choice=Choice(**choice))):
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("no answer")


def test_a_choice_shapes_its_answer_alone(services: Services) -> None:
    usual = answered(services)
    chosen = answered(services, model="large", passages=1, candidates=2, rerank=False)
    after = answered(services)
    assert chosen.model is not None
    assert chosen.model.name == "large"
    assert (len(chosen.context.hits), len(chosen.context.passages)) == (2, 1)
    assert (chosen.settings["candidates"], chosen.settings["passages"], chosen.settings["reranker"]) == (2, 1, "none")
    assert chosen.reranker == KeepOrder.name
    for answer in (usual, after):
        assert answer.model is not None
        assert (answer.model.name, len(answer.context.hits), answer.reranker) == ("small", 3, usual.reranker)
    assert services.ledger.load(chosen.id).settings == chosen.settings


def test_a_model_that_vanished_is_replaced_and_named(services: Services, chat_server: ReplayServer) -> None:
    assert services.models.names() == ("small", "large")
    answered(services, model="large")
    offer(chat_server, "small")
    answer = answered(services, model="large")
    assert answer.model is not None
    assert answer.model.name == "small"
    assert "The model large is no longer offered: small answered." in answer.notices
    assert services.models.names() == ("small",)


def test_settings_applied_meanwhile_hold_for_chosen_answers_too(services: Services) -> None:
    services.given = services.given.model_copy(update={"candidates": 1})
    services.retune()
    assert len(answered(services, model="large").context.hits) == 1
    assert len(answered(services, candidates=3).context.hits) == 3


def test_the_models_of_ollama_are_offered_once_each(database: Engine, make_settings: Callable[..., Settings]) -> None:
    url = database.url.render_as_string(hide_password=False)
    with recorded_ollama() as server:
        for configured in ("", "qwen-tmpl"):
            settings = make_settings(
                database_url=url, chat_backend="ollama", ollama_url=server.url, chat_model=configured
            )
            with closing(open_services(settings, report=lambda _: None)) as opened:
                first, *others = opened.models.names()
                assert first.removesuffix(":latest") == "qwen-tmpl"
                assert "qwen-tmpl:latest" not in others
                assert "all-minilm:latest" not in others
                for name in others:
                    assert opened.models.choose(name).model.info.name == name
    with pytest.raises(ModelError):
        opened.models.names()


def test_a_choice_is_one_question_at_the_limits_of_its_user(services: Services) -> None:
    limits = Limits(at_once=1, per_minute=0)
    services.running.limit(lambda: limits.one_more("ben"), lambda: "ben")
    assert answered(services, passages=1).settings["passages"] == 1
