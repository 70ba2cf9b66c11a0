"""LangChain's ingestion in a process of its own: loaders, RecursiveCharacterTextSplitter, PGVector.from_documents.

Started in .venv-peers as: python langchain_ingest.py FOLDER URL MODEL SIZE OVERLAP PACKAGES... Prints one JSON object:
{"seconds", "load", "files", "chunks", "characters"}. Importing libraries and loading the model is not in the seconds.
MODEL is a sentence-transformers folder, or onnx:DATA_DIR for this project's own embedder of all-MiniLM-L6-v2.
PACKAGES are folders looked into last for what .venv-peers does not have.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any


def embeddings(model: str) -> Any:
    """The embedding model behind LangChain's interface."""
    from langchain_core.embeddings import Embeddings

    if model.startswith("onnx:"):
        from app.core.models.find import build_embedder

        onnx = build_embedder("all-MiniLM-L6-v2", Path(model.removeprefix("onnx:")))

        def embed(texts: list[str]) -> Any:
            limit = onnx.max_tokens - 2
            cut = [
                text[: spans[limit - 1][1]] if len(spans := onnx.token_offsets(text)) > limit else text
                for text in texts
            ]
            return onnx.embed(cut)
    else:
        from sentence_transformers import SentenceTransformer

        torch_model = SentenceTransformer(model, device="cpu", local_files_only=True)

        def embed(texts: list[str]) -> Any:
            return torch_model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)

    class Wrapped(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [row.tolist() for row in embed(texts)]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    wrapped = Wrapped()
    wrapped.embed_query("warm")
    return wrapped


def main() -> None:
    """Ingest the folder, print the figures."""
    folder, url, model, size, overlap, *packages = sys.argv[1:]
    sys.path += packages
    from langchain_community.document_loaders import BSHTMLLoader, Docx2txtLoader, PyPDFLoader, TextLoader
    from langchain_postgres import PGVector
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    loaders = {".pdf": PyPDFLoader, ".docx": Docx2txtLoader, ".html": BSHTMLLoader}
    model_of_langchain = embeddings(model)
    started = time.perf_counter()
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    documents = [document for path in files for document in loaders.get(path.suffix, TextLoader)(str(path)).load()]
    loaded = time.perf_counter() - started
    splitter = RecursiveCharacterTextSplitter(chunk_size=int(size), chunk_overlap=int(overlap))
    chunks = splitter.split_documents(documents)
    PGVector.from_documents(chunks, model_of_langchain, connection=url, collection_name="bench", use_jsonb=True)
    figures = {
        "seconds": time.perf_counter() - started,
        "load": loaded,
        "files": len(files),
        "chunks": len(chunks),
        "characters": sum(len(chunk.page_content) for chunk in chunks),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
