"""`/chat/completions` and `/models`: any client of OpenAI's API asks the documents."""

import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.core.domain import Answer, Event, Finished, Outcome, Question, Retrieved, Token, Waiting
from app.core.errors import AppError, ModelError
from app.http.openai_form import MODEL, ChatRequest, Pieces, completion, sse
from app.http.problems import RefusedError, view_of
from app.http.running import events_of, finished
from app.http.services import Services
from app.present.footnotes import footnotes

_ALIVE_SECONDS = 10  # after this long without text a comment is sent, so that no proxy ends the connection
_STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def completions_of(services: Services) -> APIRouter:
    """The routes over the services."""
    router = APIRouter(tags=["OpenAI"])

    @router.get("/models")
    def models() -> dict[str, Any]:
        """`foremost` for all collections, `foremost/NAME` for one, and the models of embeddings and reranking."""
        return {"object": "list", "data": [_model(name) for name in _names(services)]}

    @router.get("/models/{name:path}")
    def model(name: str) -> dict[str, Any]:
        """One of them."""
        if name not in _names(services):
            raise unknown_model(name)
        return _model(name)

    @router.post("/chat/completions")
    async def chat_completions(body: ChatRequest, request: Request) -> Response:
        """Answer the last message from the documents, with checked citations.

        Earlier messages make a follow-up stand on its own; messages of the system are not read. The field `foremost`
        (in a stream: of the last piece) holds the verdict, every sentence with its support, and the sources.
        """
        body.require_possible()
        question = _question(body, services)
        head = {"identifier": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": body.model}
        if not body.stream:
            answer = _usable(await finished(services.answerer.answer, question, request))
            content = answer.text + (footnotes(answer) if body.foremost.footnotes else "")
            return JSONResponse(completion(answer, content=content, **head))  # type: ignore[arg-type]
        with_usage = body.stream_options is not None and body.stream_options.include_usage
        pieces = Pieces(**head, with_usage=with_usage)  # type: ignore[arg-type]
        events = events_of(services.answerer.answer, question)
        opening = await _until_answering(events, request)
        stream = _stream(opening, events, pieces, with_footnotes=body.foremost.footnotes)
        return StreamingResponse(stream, media_type="text/event-stream", headers=_STREAM_HEADERS)

    return router


def unknown_model(name: str) -> RefusedError:
    """The refusal of a model that is not here."""
    return RefusedError(
        f"There is no model {name!r}.",
        fix="GET /v1/models lists them.",
        status=404,
        code="model_not_found",
        param="model",
    )


def _names(services: Services) -> list[str]:
    collections = [f"{MODEL}/{name}" for name in services.library.counts()]
    return [MODEL, *collections, services.embedder.name, services.searcher.reranker.name]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": MODEL}


def _question(body: ChatRequest, services: Services) -> Question:
    text, history = body.question()
    filters = body.foremost.filters()
    base, _, named = body.model.partition("/")
    if base != MODEL or (named and named not in services.library.counts()):
        raise unknown_model(body.model)
    if named and not filters.collection:
        filters = replace(filters, collection=named)
    return Question(text=text, collection=filters.only_collection, filters=filters.parse(), history=history)


def _usable(answer: Answer) -> Answer:
    """The answer. Raises ModelError when it failed."""
    if answer.outcome is Outcome.FAILED:
        raise ModelError(answer.error)
    return answer


async def _until_answering(events: AsyncGenerator[Event, None], request: Request) -> list[Event]:
    """The events up to the search's result, so that what is wrong with the question has its own HTTP status."""
    opening: list[Event] = []
    try:
        async for event in events:
            opening.append(event)
            if isinstance(event, Retrieved | Token | Finished):
                return opening
            if await request.is_disconnected():
                raise ClientDisconnect
    except BaseException:
        await events.aclose()
        raise
    return opening


async def _stream(
    opening: Sequence[Event], events: AsyncGenerator[Event, None], pieces: Pieces, *, with_footnotes: bool
) -> AsyncGenerator[str, None]:
    """The events as pieces; a failure becomes an error event, as OpenAI sends it."""
    yield pieces.text("", first=True)
    sent = time.monotonic()
    try:
        async with aclosing(_all(opening, events)) as all_events:
            async for event in all_events:
                if isinstance(event, Token):
                    yield pieces.text(event.text)
                    sent = time.monotonic()
                elif isinstance(event, Waiting) and time.monotonic() - sent > _ALIVE_SECONDS:
                    yield ": waiting\n\n"
                    sent = time.monotonic()
                elif isinstance(event, Finished):
                    answer = _usable(event.answer)
                    if with_footnotes:
                        yield pieces.text(footnotes(answer))
                    yield pieces.end(answer)
                    yield pieces.usage(answer)
        yield "data: [DONE]\n\n"
    except AppError as error:
        yield sse(view_of(error))


async def _all(opening: Sequence[Event], events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    async with aclosing(events):
        for event in opening:
            yield event
        async for event in events:
            yield event
