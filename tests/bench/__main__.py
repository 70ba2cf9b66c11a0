"""`python -m tests.bench [NAME] [ARGUMENTS]` runs a measurement: a module of this folder with a main()."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

MEASUREMENTS = {
    "stages": "seconds of every stage of a question, rerankers and embedders side by side",
    "scale": "10k, 100k, 1M chunks: latency of the hybrid statement and its legs, recall, index, memory",
    "rights": "the hybrid statement under row-level security with rights over 20 groups, against the same without",
    "backup": "seconds of a backup, its verification and a restore",
    "load": "rows a second of the store against LangChain's add_embeddings",
    "peers": "hybrid search of langchain-postgres, LlamaIndex and RAGLite on the same rows (make bench-peers first)",
    "kept": "reranking with passages kept and not kept, bytes a passage",
    "page": "server time of the page with 2,000 documents and 500 chats: first paint, change of tab",
    "plan": "what the plan and computed answers cost a simple question, against the same road without them",
    "ingestion": "documents a second from file to rows",
}


def main() -> None:
    """Run the named measurement, or the short ones; --tiny only shows that they run, its figures mean nothing."""
    match sys.argv[1:]:
        case []:
            _measurement("stages")([])
            _measurement("scale")(["10k"])
            _measurement("kept")([])
            _measurement("page")([])
        case ["--tiny", "--keep", folder]:
            _measurement("stages")(["--tiny", "--keep", folder])
            _measurement("scale")(["tiny", "--keep", folder])
            _measurement("kept")(["--passages", "20", "--questions", "1"])
            _measurement("page")(["--documents", "3", "--chats", "2", "--rounds", "1"])
        case [name, *arguments] if name in MEASUREMENTS:
            _measurement(name)(arguments)
        case _:
            print("python -m tests.bench NAME [ARGUMENTS]; without a name: stages, scale 10k, kept, page")
            print(*(f"  {name:<10} {what}" for name, what in MEASUREMENTS.items()), sep="\n")


def _measurement(name: str) -> Callable[[Sequence[str]], None]:
    main: Callable[[Sequence[str]], None] = import_module(f"tests.bench.{name}").main
    return main


if __name__ == "__main__":
    main()
