"""OpenAI's form over the running server: OpenAI's client, LangChain, streams, history, errors, leaving."""

import base64
import json
import time
from collections.abc import Callable, Generator, Iterator

import httpx
import numpy as np
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import SecretStr
from sqlalchemy import Engine

from app.core.domain import Event, Question
from app.core.settings import Settings
from tests.support.site import KEY, OPENING, Site, running_site


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    with running_site(database, make_settings(port=0, max_file_mib=1)) as running:
        yield running


@pytest.fixture
def client(site: Site) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{site.address}v1", api_key=KEY, max_retries=0) as made:
        yield made


@pytest.fixture
def raw(site: Site) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=f"{site.address}v1", headers=headers, timeout=30) as made:
        yield made


def test_the_official_client_gets_the_answer_with_its_verdict_and_sources(client: openai.OpenAI, site: Site) -> None:
    completion = client.chat.completions.create(model="foremost", messages=[{"role": "user", "content": OPENING}])

    content = completion.choices[0].message.content or ""
    extra = completion.model_dump()["foremost"]
    text, _, notes = content.partition("\n\n---\nChecked: ")
    assert text == site.services.ledger.load(extra["answer_id"]).text
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0
    assert extra["verdict"]["state"] == "partly supported"
    assert notes.startswith(extra["verdict"]["line"])
    assert "- [1] Handbook for members" in notes
    assert "page 2" in notes
    assert extra["sources"][0]["title"] == "Handbook for members"
    assert {sentence["support"] for sentence in extra["sentences"]} >= {"cited", "attributed", "unsupported"}
    assert "candidates" not in extra


def test_a_stream_is_the_same_answer_piece_by_piece(client: openai.OpenAI) -> None:
    pieces = list(
        client.chat.completions.create(
            model="foremost",
            messages=[{"role": "user", "content": OPENING}],
            stream=True,
            stream_options={"include_usage": True},
            extra_body={"foremost": {"footnotes": False}},
        )
    )

    text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert text.startswith("The boathouse opens at six in the morning [1].")
    assert "Checked:" not in text
    assert len(pieces) > 20
    assert pieces[0].choices[0].delta.role == "assistant"
    assert pieces[-2].choices[0].finish_reason == "stop"
    assert pieces[-2].model_dump()["foremost"]["verdict"]["state"] == "partly supported"
    assert pieces[-1].choices == []
    assert pieces[-1].usage is not None
    assert pieces[-1].usage.completion_tokens > 0


def test_history_makes_a_follow_up_stand_on_its_own_and_footnotes_are_no_part_of_it(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    asked: list[Question] = []
    answer = site.services.answerer.answer

    def noted(question: Question) -> Generator[Event, None, None]:
        asked.append(question)
        return answer(question)

    monkeypatch.setattr(site.services.answerer, "answer", noted)
    first = client.chat.completions.create(model="foremost", messages=[{"role": "user", "content": OPENING}])

    second = client.chat.completions.create(
        model="foremost",
        messages=[
            {"role": "system", "content": "Answer like a pirate."},
            {"role": "user", "content": "A question that was not answered"},
            {"role": "user", "content": OPENING},
            {"role": "assistant", "content": first.choices[0].message.content or ""},
            {"role": "user", "content": [{"type": "text", "text": "And who holds the licence?"}]},
        ],
    )

    assert second.model_dump()["foremost"]["standalone_question"] == f"{OPENING} who holds the licence?"
    assert [turn.question for turn in asked[-1].history] == [OPENING]
    assert asked[-1].history[0].answer == (first.choices[0].message.content or "").split("\n\n---\n")[0]


def test_models_are_the_collections_and_the_loaded_models(client: openai.OpenAI, site: Site) -> None:
    names = [model.id for model in client.models.list()]

    assert names == ["foremost", "foremost/attic", "foremost/club", "fake", "word overlap"]
    assert client.models.retrieve("foremost/club").owned_by == "foremost"
    one = client.chat.completions.create(model="foremost/club", messages=[{"role": "user", "content": OPENING}])
    assert one.model_dump()["foremost"]["collection"] == "club"
    assert site.services.ledger.load(one.model_dump()["foremost"]["answer_id"]).collection == "club"


@pytest.mark.parametrize(
    ("model", "change", "status", "line"),
    [
        ("gpt-5", {}, 404, r"There is no model 'gpt-5'\. fix: GET /v1/models"),
        ("foremost/nowhere", {}, 404, "There is no model 'foremost/nowhere'"),
        ("foremost", {"extra_body": {"foremost": {"collection": "nowhere"}}}, 404, "There is no collection nowhere"),
        ("foremost", {"extra_body": {"foremost": {"since": "soon"}}}, 400, "since is not a date"),
        ("foremost", {"extra_body": {"foremost": {"colection": "x"}}}, 400, "foremost.colection: Extra inputs"),
        ("foremost", {"n": 2}, 400, "One answer is given"),
        ("foremost", {"response_format": {"type": "json_object"}}, 400, "An answer is text"),
        ("foremost", {"messages": [{"role": "user", "content": " "}]}, 400, "The question is empty"),
        ("foremost", {"messages": [{"role": "user", "content": "w " * 4001}]}, 400, "the limit is 4000"),
        ("foremost", {"messages": [{"role": "assistant", "content": "Hi"}]}, 400, "The last message is not the user's"),
        (
            "foremost",
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            400,
            "A message holds image_url",
        ),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_answered_is_one_clear_line(
    client: openai.OpenAI, model: str, change: dict[str, object], status: int, line: str, stream: bool
) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": OPENING}], "stream": stream} | change

    with pytest.raises(openai.APIStatusError, match=line) as caught:
        client.chat.completions.create(**body)  # type: ignore[call-overload]

    assert caught.value.status_code == status
    assert "\n" not in caught.value.response.json()["error"]["message"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_fails_is_an_error_of_the_server(
    client: openai.OpenAI, site: Site, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    monkeypatch.setattr(site.services.model, "script", lambda _: iter(()))

    def read() -> None:
        list(
            client.chat.completions.create(
                model="foremost", messages=[{"role": "user", "content": OPENING}], stream=stream
            )
        )

    with pytest.raises(openai.APIError, match="answered nothing"):
        read()


@pytest.mark.parametrize("stream", [False, True])
def test_the_model_is_stopped_when_the_client_leaves(raw: httpx.Client, site: Site, stream: bool) -> None:
    site.services.model.hold(after=3)
    body = {"model": "foremost", "messages": [{"role": "user", "content": OPENING}], "stream": stream}

    if stream:
        with raw.stream("POST", "/chat/completions", json=body) as response:
            lines = response.iter_lines()
            while "boathouse" not in next(lines):
                pass
            assert not site.services.model.stopped.is_set()
    else:
        with pytest.raises(httpx.ReadTimeout):
            raw.post("/chat/completions", json=body, timeout=1)

    assert site.services.model.stopped.wait(10)
    deadline = time.monotonic() + 10
    while not (kept := site.services.ledger.history()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert kept[0].outcome == "stopped"


def test_pieces_arrive_while_the_model_is_writing(raw: httpx.Client, site: Site) -> None:
    site.services.model.hold(after=2)
    body = {"model": "foremost", "messages": [{"role": "user", "content": OPENING}], "stream": True}

    with raw.stream("POST", "/chat/completions", json=body) as response:
        text = ""
        for line in response.iter_lines():
            if line.startswith("data: {"):
                text += json.loads(line.removeprefix("data: "))["choices"][0]["delta"].get("content", "")
            if text == "The boathouse ":
                site.services.model.go_on()
    assert "Swans are fed" in text


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {KEY}"}])
def test_no_route_answers_without_the_key(site: Site, header: dict[str, str]) -> None:
    described = httpx.get(f"{site.address}v1/openapi.json").json()

    paths = [(path, method) for path, methods in described["paths"].items() for method in methods]
    assert ("/chat/completions", "post") in paths
    for path, method in paths:
        url = f"{site.address}v1{path}".replace("{", "").replace("}", "")
        refused = httpx.request(method, url, headers=header)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
        assert "python -m app key" in refused.json()["error"]["message"]


def test_only_the_description_itself_is_open(site: Site) -> None:
    assert httpx.get(f"{site.address}v1/openapi.json").status_code == 200
    for path in ("models/openapi.json", "models//openapi.json", "openapi.json/", "models/..%2fopenapi.json"):
        assert httpx.get(f"{site.address}v1/{path}").status_code == 401, path


def test_a_body_over_the_limit_is_refused_with_and_without_its_length(raw: httpx.Client) -> None:
    body = b'{"model": "foremost", "messages": [{"role": "user", "content": "' + b"a" * 9 * 2**20 + b'"}]}'

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    for content in (body, pieces()):
        refused = raw.post("/chat/completions", content=content, headers={"content-type": "application/json"})
        assert refused.status_code == 413
        assert "larger than 8 MiB" in refused.json()["error"]["message"]


def test_an_unknown_route_and_a_wrong_method_have_the_same_form(raw: httpx.Client) -> None:
    for response, status in ((raw.get("/nowhere"), 404), (raw.get("/embeddings"), 405)):
        assert response.status_code == status
        assert "/v1/openapi.json lists the routes" in response.json()["error"]["message"]


def test_langchain_answers_and_streams_through_it(site: Site) -> None:
    model = ChatOpenAI(base_url=f"{site.address}v1", api_key=SecretStr(KEY), model="foremost", max_retries=0)

    answer = model.invoke([HumanMessage(OPENING)])
    streamed = "".join(str(piece.content) for piece in model.stream([HumanMessage(OPENING)]))
    follow_up = model.invoke([HumanMessage(OPENING), AIMessage(str(answer.content)), HumanMessage("And the licence?")])

    assert "opens at six in the morning [1]" in str(answer.content)
    assert "Checked: " in streamed
    assert "[1] Handbook for members" in streamed
    assert str(follow_up.content)


def test_embeddings_are_those_of_the_model_in_both_forms(client: openai.OpenAI, site: Site) -> None:
    texts = ["Oars are blue.", "Boats are red."]
    expected = site.services.embedder.embed(texts)

    decoded = client.embeddings.create(model="fake", input=texts)
    listed = client.embeddings.create(model="fake", input=texts[0], encoding_format="float")

    np.testing.assert_allclose([row.embedding for row in decoded.data], expected, rtol=1e-6)
    np.testing.assert_allclose(listed.data[0].embedding, expected[0], rtol=1e-6)
    assert decoded.usage.prompt_tokens == sum(site.services.embedder.count_tokens(texts))
    langchain = OpenAIEmbeddings(
        openai_api_base=f"{site.address}v1",
        openai_api_key=SecretStr(KEY),
        model="fake",
        check_embedding_ctx_length=False,
    )
    np.testing.assert_allclose(langchain.embed_documents(texts), expected, rtol=1e-6)
    raw = client.embeddings.with_raw_response.create(model="fake", input=texts[0], encoding_format="base64")
    encoded = json.loads(raw.content)["data"][0]["embedding"]
    np.testing.assert_allclose(np.frombuffer(base64.b64decode(encoded), "<f4"), expected[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"input": "word " * 100}, "tokens, fake reads 64"),
        ({"input": ["a"] * 513}, "the limit is 512"),
        ({"input": [1, 2, 3]}, "check_embedding_ctx_length=False"),
        ({"input": []}, "not text"),
        ({"dimensions": 3}, "have 384 dimensions"),
        ({"model": "other"}, "There is no model 'other'"),
    ],
)
def test_what_cannot_be_embedded_is_one_clear_line(raw: httpx.Client, change: dict[str, object], line: str) -> None:
    refused = raw.post("/embeddings", json={"model": "fake", "input": "a"} | change)

    assert refused.status_code in (400, 404)
    assert line in refused.json()["error"]["message"]


def test_rerank_sorts_texts_by_relevance_and_names_them_by_index(raw: httpx.Client) -> None:
    documents = ["Oars hang by the blade.", {"text": "A hole in the hull is repaired."}, "Nothing of it. " * 400]

    found = raw.post("/rerank", json={"query": "repair a hole in the hull", "documents": documents}).json()
    best = raw.post(
        "/rerank",
        json={"query": "repair the hull", "documents": documents, "top_n": 1, "return_documents": True},
    ).json()

    scores = [result["relevance_score"] for result in found["results"]]
    assert found["results"][0]["index"] == 1
    assert sorted(result["index"] for result in found["results"]) == [0, 1, 2]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert [result["document"] for result in best["results"]] == [{"text": "A hole in the hull is repaired."}]
    assert raw.post("/rerank", json={"query": "hull", "documents": []}).json()["results"] == []
    assert raw.post("/rerank", json={"query": "hull", "documents": ["a"], "model": "x"}).status_code == 404
