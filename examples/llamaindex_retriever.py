"""Prints the passages that LlamaIndex gets for a question: python examples/llamaindex_retriever.py "Who pays?"

Needs the extra: pip install -c constraints.txt -e '.[llamaindex]'
"""

import sys
from contextlib import closing

from app.bootstrap import open_searcher
from app.core.settings import load_settings
from app.llamaindex_retriever import TwoStageNodeRetriever


def main(question: str) -> None:
    """Search the ingested documents with the retriever, as a query engine does."""
    with closing(open_searcher(load_settings(), report=lambda _: None)) as services:
        for found in TwoStageNodeRetriever(services.searcher.search, k=3).retrieve(question):
            print(found.metadata["final_rank"], found.metadata["title"], "·", " ".join(found.text.split())[:70])


if __name__ == "__main__":
    main(sys.argv[1])
