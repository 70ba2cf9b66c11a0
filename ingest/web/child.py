"""The process that reads the links of pages: the loading process with another reader, and the same limits."""

import hashlib
import json
from collections.abc import Iterator
from functools import partial

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load import detect, kinds, load
from ingest.load.child import main
from ingest.load.limits import Limits
from ingest.load.markup import html_markup
from ingest.load.unpack import Item
from ingest.web.outline import Outline
from ingest.web.page_links import page_outline
from ingest.web.sitemaps import sitemap_outline


def outlined(source: Source, limits: Limits) -> Iterator[Item]:
    """The outline of a page as a document whose text is JSON."""
    yield source, partial(_as_document, source, limits)


def outline_of(source: Source, limits: Limits) -> Outline:
    """The outline of a page, sitemap or file."""
    sitemap = sitemap_outline(source.content, source.uri, limits)
    if sitemap is not None:
        return sitemap
    try:
        kind = detect(source)
        if kind != kinds.HTML:
            return Outline()
        document = load(source, limits)
    except DocumentError:  # the loading process says why
        return Outline()
    text = f"{document.title}\x00{document.text}"
    return page_outline(
        html_markup(source.content)[0],
        source.uri,
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
        characters=len(document.text),
    )


def _as_document(source: Source, limits: Limits) -> Document:
    values = json.dumps(outline_of(source, limits).as_json())
    return Document(title="outline", text=values, media_type="application/json", language=None)


if __name__ == "__main__":
    main(outlined)
