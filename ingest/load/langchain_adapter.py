"""A LangChain loader goes in, sources with their documents come out, as Ingester.ingest takes them.

    services = build_ingester(load_settings(), print)
    for source, document in documents_of(CSVLoader("prices.csv")):
        services.ingester.ingest(source, collection="default", document=document)
    services.ingester.finish(many=False)

The loader runs in this process, without the limits that keep a hostile file of ours in bounds (ingest.load.parent).
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document as LangChainDocument

from app.core.domain import Document, Source
from app.core.errors import DocumentError, reason
from app.core.language import language_of
from ingest.load.extracted import Builder, unmarked

_MEDIA_TYPE = "text/plain"  # of what is kept as the original: the text that the loader made


def documents_of(loader: BaseLoader) -> Iterator[tuple[Source, Document]]:
    """Every source of the loader once, in the loader's order, with its text.

    LangChain documents with the same metadata "source" are one document (pages of a file, rows of a table), joined by
    blank lines; a "page" in the metadata (from 0) becomes a page (from 1). One without a source stands alone: its
    address is the loader's name and its number, so it is replaced only while the loader keeps its order. Raises
    DocumentError when the loader fails.
    """
    grouped: dict[str, list[LangChainDocument]] = {}
    for number, item in enumerate(_loaded(loader), 1):
        address = str(item.metadata.get("source") or f"{type(loader).__name__}:{number}")
        grouped.setdefault(address, []).append(item)
    for address, items in grouped.items():
        yield _converted(address, items)


def _loaded(loader: BaseLoader) -> Iterator[LangChainDocument]:
    try:
        yield from loader.lazy_load()
    except Exception as error:  # loaders raise what their libraries raise
        raise DocumentError(f"{type(loader).__name__} stopped: {reason(error)}.") from error


def _converted(address: str, items: Sequence[LangChainDocument]) -> tuple[Source, Document]:
    builder = Builder()
    paged = all(isinstance(item.metadata.get("page"), int) for item in items)
    for item in items:
        if paged:
            builder.add_part(unmarked(item.page_content), kind="page", number=item.metadata["page"] + 1)
        else:
            builder.add(unmarked(item.page_content))
    text, metadata = builder.text(), items[0].metadata
    name = PurePath(address).name or address
    content = text.encode()
    declared = metadata.get("language")
    document = Document(
        title=" ".join(str(metadata.get("title") or name).split()),
        text=text,
        media_type=_MEDIA_TYPE,
        language=language_of(text, declared=str(declared) if declared else None),
        parts=tuple(builder.parts),
    )
    return Source(uri=address, name=name, content=content, sha256=hashlib.sha256(content).hexdigest()), document
