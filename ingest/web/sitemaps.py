"""The pages that a sitemap lists: XML, an index of sitemaps, or text with one address in each line; packed or not.

The XML is searched for its <loc> elements, not parsed, so that no entity in it can grow.
"""

import codecs
import html
import re
import zlib
from dataclasses import replace

from app.core.errors import DocumentError
from ingest.load.limits import MIB, Limits
from ingest.web.outline import Outline
from ingest.web.urls import normalised, origin_of

_MOST_PAGES = 50_000  # of one sitemap, by the protocol
_ROOT = re.compile(rb"\A\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*)*<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>/]", re.DOTALL)
_LOCATION = re.compile(r"<(?:[\w.-]+:)?loc\s*>\s*(?:<!\[CDATA\[)?\s*([^<\]]*?)\s*(?:\]\]>)?\s*</", re.IGNORECASE)
_LINE = re.compile(r"https?://\S+\Z", re.IGNORECASE)
_GZIP = b"\x1f\x8b"


def sitemap_outline(content: bytes, url: str, limits: Limits) -> Outline | None:
    """The outline of a sitemap; None for other content. Raises DocumentError for one that unpacks to too much."""
    if content.startswith(_GZIP):
        if not url.partition("?")[0].endswith((".xml.gz", ".txt.gz", ".xml", ".txt")):
            return None  # an archive with documents
        content = _unpacked(content, limits)
    root = _ROOT.match(content.removeprefix(codecs.BOM_UTF8)[:4096])
    text = content.decode("utf-8-sig", "replace")
    if root is None:
        lines = text.split() if url.partition("?")[0].endswith((".txt", ".txt.gz")) else []
        if not lines or not all(_LINE.match(line) for line in lines):
            return None
        return _outline(lines, url, nested=False)
    locations = [html.unescape(match[1]) for match in _LOCATION.finditer(text)]
    return _outline(locations, url, nested=root[1] == b"sitemapindex")


def _outline(addresses: list[str], url: str, *, nested: bool) -> Outline:
    origin, scheme = origin_of(url), url.partition(":")[0]
    listed: dict[str, None] = {}
    elsewhere = unfit = 0
    for address in addresses:
        page = normalised(address, url)
        if page is not None and scheme == "https" and page.startswith(f"http{origin.removeprefix('https')}/"):
            page = f"https{page.removeprefix('http')}"
        if page is None:
            unfit += 1
        elif origin_of(page) != origin:
            elsewhere += 1
        elif len(listed) < _MOST_PAGES:
            listed[page] = None
    pages = tuple(listed)
    outline = Outline(kind="sitemap", elsewhere=elsewhere, unfit=unfit)
    return replace(outline, sitemaps=pages) if nested else replace(outline, links=pages)


def _unpacked(content: bytes, limits: Limits) -> bytes:
    stream = zlib.decompressobj(31)
    most = limits.unpacked_mib * MIB
    try:
        text = stream.decompress(content, most)
    except zlib.error as error:
        raise DocumentError("The packed sitemap is damaged.", fix="Get a fresh copy.") from error
    if stream.unconsumed_tail:
        raise DocumentError(
            f"The sitemap unpacks to more than {limits.unpacked_mib} MiB.", fix="Raise FOREMOST_LOAD_UNPACKED_MIB."
        )
    return text
