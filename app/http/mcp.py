"""`/mcp`: the tools of agents over the Model Context Protocol, with the same key as every route."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import Tool, ToolAnnotations
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.core.domain import Answer, Finished, Question
from app.core.errors import AppError, ModelError, QuestionError
from app.http.answers import Asking, SearchRequest, asked
from app.http.documents import document_view
from app.http.problems import error_view
from app.http.running import events_of
from app.http.services import Services
from app.present.as_json import checked_view, search_view
from app.present.problem import problem_of
from app.quality.diagnosis import verdict_view

_CANDIDATES = 10
_KEPT = ("final_rank", "title", "heading", "place", "name", "dated", "collection", "document_id", "chunk_id", "text")
Form = TypeVar("Form", bound=BaseModel)


class SearchTool(SearchRequest):
    """A search by an agent, which reads every candidate."""

    limit: int = Field(default=_CANDIDATES, ge=1, le=100, description="Passages at most.")


class SectionTool(BaseModel):
    """A passage whose section is opened."""

    chunk_id: int = Field(description="chunk_id of a passage, as search and ask give it.")


class DocumentsTool(BaseModel):
    """What narrows a list of documents."""

    collection: str = Field(default="", description="Only this collection; empty lists all.")
    name: str = Field(default="", description="Only documents with this in their name or path.")
    limit: int = Field(default=100, ge=1, le=1000, description="Documents at most.")


class WhyTool(BaseModel):
    """A passage that was missed, and where."""

    answer: str = Field(default="", description='Id of a kept answer, or "last".')
    question: str = Field(default="", description="A question, instead of an answer.")
    expect: str = Field(
        min_length=1, description="The passage that should have been found: words of it, or chunk:NUMBER."
    )
    collection: str = Field(default="", description="With a question: only this collection.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Offer:
    """A tool with the function behind it."""

    tool: Tool
    call: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class McpEndpoint:
    """ASGI application of one path. It keeps no sessions: every request stands alone."""

    def __init__(self, services: Services, *, owner: Callable[[], str]) -> None:
        self._server: Server[Any, Any] = Server("Foremost")
        offers = {offer.tool.name: offer for offer in _Tools(services, owner).offers()}

        @self._server.list_tools()  # type: ignore[no-untyped-call,untyped-decorator]
        async def tools() -> list[Tool]:
            return [offer.tool for offer in offers.values()]

        @self._server.call_tool()  # type: ignore[untyped-decorator]
        async def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
            if name not in offers:
                raise QuestionError(f"There is no tool {name!r}.", fix=f"The tools are {', '.join(offers)}.")
            return await offers[name].call(arguments)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["method"] != "POST":  # no session, so there is nothing to listen to or to end
            line = "MCP takes POST here."
            await JSONResponse(error_view(line, 405), 405, headers={"allow": "POST"})(scope, receive, send)
            return
        manager = StreamableHTTPSessionManager(self._server, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)


class _Tools:
    """The functions behind the tools."""

    def __init__(self, services: Services, owner: Callable[[], str]) -> None:
        self._services = services
        self._owner = owner

    def offers(self) -> list[_Offer]:
        """All tools."""
        return [
            _offer(
                "ask", "Answer a question from the documents, with checked citations and a verdict.", Asking, self.ask
            ),
            _offer(
                "search",
                "Find the passages that fit a query best, without a chat model.",
                SearchTool,
                _threaded(self.search),
            ),
            _offer(
                "open_section",
                "The whole section around a passage: everything under the same headings.",
                SectionTool,
                _threaded(self.open_section),
            ),
            _offer(
                "list_documents",
                "The documents and collections, with their state.",
                DocumentsTool,
                _threaded(self.list_documents),
            ),
            _offer("why", "The stage that lost a passage which should have been found.", WhyTool, _threaded(self.why)),
        ]

    async def ask(self, form: Asking) -> dict[str, Any]:
        """The answer with what it stands on."""
        question = await asyncio.to_thread(asked, self._services, form, self._owner())
        answer = await _answer(self._services, question)
        return {"answer": answer.text, "chat": question.chat_id} | checked_view(answer)

    def search(self, form: SearchTool) -> dict[str, Any]:
        """The best passages."""
        filters = form.filters()
        found = self._services.answerer.search(form.query, collection=filters.only_collection, filters=filters.parse())
        view = search_view(form.query, found)
        candidates = [{name: row[name] for name in _KEPT} for row in view["candidates"][: form.limit]]
        return {"query": form.query, "notices": view["notices"], "passages": candidates}

    def open_section(self, form: SectionTool) -> dict[str, Any]:
        """The section around a passage."""
        section = self._services.sections.open(form.chunk_id)
        first = section.chunks[0]
        return {
            "document": document_view(self._services.library.document(first.document_id)),
            "heading": first.heading,
            "place": section.location,
            "start_char": first.start_char,
            "end_char": section.chunks[-1].end_char,
            "chunk_ids": [chunk.chunk_id for chunk in section.chunks],
            "text": section.text,
        }

    def list_documents(self, form: DocumentsTool) -> dict[str, Any]:
        """Documents and collections."""
        rows = self._services.library.documents(form.collection or None, name=form.name, limit=form.limit + 1)
        shown = [document_view(row) for row in rows[: form.limit]]
        return {
            "collections": dict(self._services.library.counts()),
            "documents": shown,
            "more": len(rows) > form.limit,
        }

    def why(self, form: WhyTool) -> dict[str, Any]:
        """The stage that lost a passage."""
        if bool(form.answer) == bool(form.question):
            raise QuestionError("Give either an answer or a question.")
        if form.answer:
            kept = self._services.ledger.load(self._services.ledger.find(form.answer))
            return _plain(verdict_view(self._services.diagnosis.of_answer(kept, form.expect)))
        verdict = self._services.diagnosis.of_question(form.question, form.expect, collection=form.collection or None)
        return _plain(verdict_view(verdict))


def _offer(name: str, description: str, form: type[Form], call: Callable[[Form], Awaitable[dict[str, Any]]]) -> _Offer:
    async def checked(arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            return await call(form.model_validate(arguments))
        except AppError as error:  # the protocol shows the text of what is raised
            raise ValueError(str(problem_of(error))) from error
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error

    schema = form.model_json_schema()
    annotations = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
    return _Offer(
        tool=Tool(name=name, description=description, inputSchema=schema, annotations=annotations), call=checked
    )


def _threaded(call: Callable[[Form], dict[str, Any]]) -> Callable[[Form], Awaitable[dict[str, Any]]]:
    async def run(form: Form) -> dict[str, Any]:
        return await asyncio.to_thread(call, form)

    return run


async def _answer(services: Services, question: Question) -> Answer:
    """The finished answer; a cancelled call stops the model. Raises ModelError when it failed."""
    async with aclosing(events_of(services.answerer.answer, question)) as events:
        async for event in events:
            if isinstance(event, Finished):
                if event.answer.error:
                    raise ModelError(event.answer.error)
                return event.answer
    raise ModelError("The answer ended before it was finished.", fix="Ask again.")


def _plain(view: dict[str, Any]) -> dict[str, Any]:
    """The view with JSON values only."""
    plain: dict[str, Any] = json.loads(json.dumps(view, default=str))
    return plain
