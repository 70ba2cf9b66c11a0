"""The two endpoints for programs, over HTTP (gradio_client, curl) and MCP: `ask` and `search`."""

from typing import Any

import gradio as gr
from gradio.events import api as publish

from app.core.domain import Finished, Question
from app.core.errors import AppError
from app.views import answer_view, search_view
from app.web.conversation import problem_line
from app.web.parts import Services


def add_api(services: Services) -> None:
    """Publish the endpoints on the page being built."""

    def ask(question: str, collection: str = "") -> dict[str, Any]:
        """Answer a question from the documents, with checked citations.

        Args:
            question: The question, in words that stand on their own.
            collection: Name of the collection to search; empty searches all.

        Returns:
            JSON: answer, outcome, sources (numbered passages with title, heading, place and text), sentences (each
            with its support: cited, attributed, unsupported), notices, and every candidate with its ranks and fate.
        """
        try:
            for event in services.answerer.answer(Question(text=question, collection=collection or None)):
                if isinstance(event, Finished):
                    return answer_view(event.answer)
        except AppError as error:
            raise gr.Error(problem_line(error)) from error
        raise gr.Error("The answer did not finish. Ask again.")

    def search(query: str, collection: str = "") -> dict[str, Any]:
        """Find the passages of the documents that fit a query best, without a chat model.

        Args:
            query: What to look for: a question, a claim or keywords.
            collection: Name of the collection to search; empty searches all.

        Returns:
            JSON: candidates in their final order, each with its vector, text, fused and final rank, its reranker
            logit, title, heading, place and text; notices about anything degraded.
        """
        try:
            return search_view(query, services.answerer.search(query, collection=collection or None))
        except AppError as error:
            raise gr.Error(problem_line(error)) from error

    publish(ask, api_name="ask", concurrency_limit=None)
    publish(search, api_name="search", concurrency_limit=None)
