"""The two endpoints for programs, over HTTP (gradio_client, curl) and MCP: `ask` and `search`."""

from typing import Any

import gradio as gr
from gradio.events import api as publish

from app.core.domain import Finished, Question
from app.core.errors import AppError
from app.present.as_json import answer_view, search_view
from app.present.filters import parse_filters
from app.web.conversation import problem_line
from app.web.parts import Services


def add_api(services: Services) -> None:
    """Publish the endpoints on the page being built."""

    def ask(
        question: str,
        collection: str = "",
        document: str = "",
        path: str = "",
        media_type: str = "",
        language: str = "",
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """Answer a question from the documents, with checked citations.

        Args:
            question: The question, in words that stand on their own.
            collection: Name of the collection to search; empty searches all.
            document: Number or file name of the only document to search; empty searches all.
            path: Beginning of the documents' paths.
            media_type: Their type, for example application/pdf or text/*.
            language: Their language as two letters, for example en.
            since: Only documents changed on this date or later, for example 2026-01-31.
            until: Only documents changed before this date.

        Returns:
            JSON: answer, outcome, sources (numbered passages with title, heading, place and text), sentences (each
            with its support: cited, attributed, unsupported), notices, and every candidate with its ranks and fate.
        """
        try:
            filters = parse_filters(
                document=document, path=path, media_type=media_type, language=language, since=since, until=until
            )
            asked = Question(text=question, collection=collection or None, filters=filters)
            for event in services.answerer.answer(asked):
                if isinstance(event, Finished):
                    return answer_view(event.answer)
        except AppError as error:
            raise gr.Error(problem_line(error)) from error
        raise gr.Error("The answer did not finish. Ask again.")

    def search(
        query: str,
        collection: str = "",
        document: str = "",
        path: str = "",
        media_type: str = "",
        language: str = "",
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """Find the passages of the documents that fit a query best, without a chat model.

        Args:
            query: What to look for: a question, a claim or keywords.
            collection: Name of the collection to search; empty searches all.
            document: Number or file name of the only document to search; empty searches all.
            path: Beginning of the documents' paths.
            media_type: Their type, for example application/pdf or text/*.
            language: Their language as two letters, for example en.
            since: Only documents changed on this date or later, for example 2026-01-31.
            until: Only documents changed before this date.

        Returns:
            JSON: candidates in their final order, each with its vector, text, fused and final rank, its reranker
            logit, title, heading, place and text; notices about anything degraded.
        """
        try:
            filters = parse_filters(
                document=document, path=path, media_type=media_type, language=language, since=since, until=until
            )
            return search_view(query, services.answerer.search(query, collection=collection or None, filters=filters))
        except AppError as error:
            raise gr.Error(problem_line(error)) from error

    publish(ask, api_name="ask", concurrency_limit=None)
    publish(search, api_name="search", concurrency_limit=None)
