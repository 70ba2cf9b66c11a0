"""The two endpoints for programs, over HTTP (gradio_client, curl) and MCP: `ask` and `search`."""

from typing import Any

from gradio.events import api as publish

from app.core.domain import Finished, Question
from app.core.errors import ModelError
from app.present.as_json import answer_view, search_view
from app.present.filters import FilterOptions, with_filter_options
from app.web.parts import Services
from app.web.problem import corner_message


def add_api(services: Services) -> None:
    """Publish the endpoints on the page being built."""

    def ask(question: str, filters: FilterOptions) -> dict[str, Any]:
        """Answer a question from the documents, with checked citations.

        Args:
            question: The question, in words that stand on their own.
            filters: What narrows the search.

        Returns:
            JSON: answer, outcome, sources (numbered passages with title, file name and date, heading, place and
            text), sentences (each with its support: cited, attributed, unsupported), notices, and every candidate with
            its ranks and fate.
        """
        with corner_message():
            parsed = Question(text=question, collection=filters.only_collection, filters=filters.parse())
            for event in services.answerer.answer(parsed):
                if isinstance(event, Finished):
                    return answer_view(event.answer)
            raise ModelError("The answer ended before it was finished.", fix="Ask again.")

    def search(query: str, filters: FilterOptions) -> dict[str, Any]:
        """Find the passages of the documents that fit a query best, without a chat model.

        Args:
            query: What to look for: a question, a claim or keywords.
            filters: What narrows the search.

        Returns:
            JSON: candidates in their final order, each with its vector, text, fused and final rank, its reranker
            logit, title, file name and date, heading, place and text; notices about anything degraded.
        """
        with corner_message():
            retrieved = services.answerer.search(query, collection=filters.only_collection, filters=filters.parse())
        return search_view(query, retrieved)

    publish(with_filter_options(ask), api_name="ask", concurrency_limit=None)
    publish(with_filter_options(search), api_name="search", concurrency_limit=None)
