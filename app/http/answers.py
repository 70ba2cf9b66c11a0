"""`/ask`, `/search` and kept answers: everything that Foremost knows about an answer, as JSON."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.chats import NEW_CHAT, chat_title, turns
from app.core.domain import Question, Turn
from app.core.errors import AppError, NotFoundError
from app.http.openai_form import Options
from app.http.problems import view_of
from app.http.running import events_of, finished
from app.http.services import Services
from app.ledger import AnswerSummary
from app.present.answer_verdict import verdict_of
from app.present.as_csv import as_csv, asked_again
from app.present.as_json import answer_view, event_view, search_view
from app.quality.diagnosis import verdict_view


class Asking(Options):
    """A question, and what narrows the search."""

    question: str
    chat: str = Field(default="", description='Id of a chat to continue, or "new"; empty keeps the answer alone.')


class AskRequest(Asking):
    """The same with its way of answering."""

    stream: bool = Field(default=False, description="A line of JSON for each step, the answer last.")


class SearchRequest(Options):
    """What to look for, and what narrows the search."""

    query: str
    limit: int = Field(default=50, ge=1, le=1000, description="Candidates at most.")


class WhyRequest(BaseModel):
    """The passage that should have been found: words of it, or chunk:NUMBER."""

    expect: str = Field(min_length=1, max_length=4000)


def answers_of(services: Services, *, owner: Callable[[], str]) -> APIRouter:
    """The routes over the services. owner: name whose chats and answers are read; empty without a sign-in."""
    router = APIRouter()

    @router.post("/ask", tags=["Answers"])
    async def ask(body: AskRequest, request: Request) -> Response:
        """Answer a question from the documents, with every candidate and its fate."""
        question = asked(services, body, owner())
        if not body.stream:
            return JSONResponse(
                _answered(answer_view(await finished(services.answerer.answer, question, request)), question)
            )
        return StreamingResponse(_lines(services, question), media_type="application/x-ndjson")

    @router.post("/search", tags=["Search"])
    def search(body: SearchRequest) -> dict[str, Any]:
        """The passages that fit a query best, with their rank at every stage; no chat model is called."""
        filters = body.filters()
        found = services.answerer.search(body.query, collection=filters.only_collection, filters=filters.parse())
        view = search_view(body.query, found)
        return view | {"candidates": view["candidates"][: body.limit]}

    @router.get("/answers", tags=["Answers"])
    def answers(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
        """The latest answers, newest first."""
        return {
            "object": "list",
            "data": [_summary(row) for row in services.ledger.history(owner=owner(), limit=limit)],
        }

    @router.get("/answers/{reference}", tags=["Answers"])
    def answer(reference: str) -> dict[str, Any]:
        """A kept answer by its id, the beginning of one, or "last"."""
        kept = services.ledger.load(services.ledger.find(reference))
        return answer_view(kept) | {"chat": kept.chat_id, "settings": dict(kept.settings)}

    @router.get("/answers/{reference}/csv", tags=["Answers"])
    def rows(reference: str) -> Response:
        """All rows of an answer that is a list or a table, counted again from today's documents."""
        kept = services.ledger.load(services.ledger.find(reference))
        rows = services.answerer.rows(asked_again(kept))
        if not rows:
            raise NotFoundError(f"Answer {kept.id} has no table.")
        return Response(as_csv(rows), media_type="text/csv; charset=utf-8")

    @router.post("/answers/{reference}/why", tags=["Answers"])
    def why(reference: str, body: WhyRequest) -> dict[str, Any]:
        """The stage that lost a passage of the answer, the evidence, and what would help."""
        kept = services.ledger.load(services.ledger.find(reference))
        return verdict_view(services.diagnosis.of_answer(kept, body.expect))

    return router


def asked(services: Services, body: Asking, owner: str) -> Question:
    """The question with its chat's history. Raises NotFoundError for an unknown chat."""
    filters = body.filters()
    history: tuple[Turn, ...] = ()
    chat = body.chat or None
    if body.chat == NEW_CHAT:
        chat = services.ledger.start_chat(chat_title(body.question), owner)
    elif body.chat:
        history = turns(services.chats.load(body.chat, owner=owner)[1])
    return Question(
        text=body.question,
        collection=filters.only_collection,
        filters=filters.parse(),
        history=history,
        chat_id=chat,
    )


def _answered(view: dict[str, Any], question: Question) -> dict[str, Any]:
    return view | {"chat": question.chat_id}


async def _lines(services: Services, question: Question) -> AsyncGenerator[str, None]:
    """The steps as lines of JSON; a problem is the last line."""
    try:
        async with aclosing(events_of(services.answerer.answer, question)) as events:
            async for event in events:
                if view := event_view(event):
                    line = _answered(view, question) if view["event"] == "answer" else view
                    yield json.dumps(line, ensure_ascii=False) + "\n"
    except AppError as error:
        yield json.dumps({"event": "error"} | view_of(error), ensure_ascii=False) + "\n"


def _summary(row: AnswerSummary) -> dict[str, Any]:
    verdict = verdict_of(row.outcome, row.sentences, searched=row.candidates)
    return {
        "id": row.id,
        "chat": row.chat_id,
        "question": row.question,
        "outcome": row.outcome.value,
        "verdict": {"state": verdict.state.value, "line": verdict.line},
        "candidates": row.candidates,
        "created_at": row.created_at.isoformat(),
    }
