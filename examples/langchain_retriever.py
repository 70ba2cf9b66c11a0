"""Prints the passages that LangChain gets for a question: python examples/langchain_retriever.py "Who pays?" """

import sys
from contextlib import closing

from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from app.bootstrap import open_searcher
from app.core.settings import load_settings
from app.langchain_retriever import TwoStageRetriever


def main(question: str) -> None:
    """Search the ingested documents with a chain whose first part is the retriever."""
    with closing(open_searcher(load_settings(), report=lambda _: None)) as services:
        retriever = TwoStageRetriever(search=services.searcher.search, k=3)
        chain = retriever | RunnableLambda[list[Document], list[str]](lambda found: [line(one) for one in found])
        print("\n".join(chain.invoke(question)))


def line(document: Document) -> str:
    """A passage in one line."""
    text = " ".join(document.page_content.split())
    return f"{document.metadata['final_rank']} {document.metadata['title']} · {text[:70]}"


if __name__ == "__main__":
    main(sys.argv[1])
