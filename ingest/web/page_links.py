"""The links and meta tags of an HTML page. It is read as a stream, as its text is."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from lxml import etree

from ingest.web.fetch import ROBOT
from ingest.web.outline import Outline
from ingest.web.urls import normalised, origin_of

_MOST_LINKS = 5_000  # of one page
_FEED = 1 << 20  # bytes
_HREF = frozenset(("a", "area"))
_FRAMES = frozenset(("frame", "iframe"))
_REFRESH = re.compile(r"\s*(\d{1,6})(?:\.\d*)?\s*[;,]?\s*(?:url\s*=\s*)?[\"']?([^\"']*)", re.IGNORECASE)
_AT_ONCE = 10  # seconds; a page that leads elsewhere later than this is a page of its own


class _Links:
    """Receives libxml2's events (a parser target of lxml)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._base = url
        self._has_base = False
        self._origin = origin_of(url)
        self._twin = origin_of(url).replace("https:", "http:") if url.startswith("https:") else ""
        self.links: dict[str, None] = {}
        self.elsewhere: dict[str, None] = {}
        self.unfit = 0
        self.canonical = ""
        self.refresh = ""
        self.wishes: set[str] = set()
        self.password = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if tag in _HREF:
            self._link(attributes.get("href"), attributes.get("rel", ""))
        elif tag in _FRAMES:
            self._link(attributes.get("src"), "")
        elif tag == "base" and not self._has_base and attributes.get("href"):
            self._has_base = True
            base = urljoin(self._url, attributes["href"].strip())
            self._base = base if base.startswith(("http://", "https://")) else self._base
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self.canonical = self.canonical or self._own(attributes.get("href", ""))
        elif tag == "meta":
            self._meta(attributes)
        elif tag == "input":
            self.password = self.password or attributes.get("type", "").lower() == "password"

    def end(self, tag: str) -> None:
        """A tag closes."""

    def data(self, data: str) -> None:
        """Text between tags."""

    def close(self) -> None:
        """The end of the page."""

    def _meta(self, attributes: Mapping[str, str]) -> None:
        content = attributes.get("content", "")
        if attributes.get("name", "").lower() in ("robots", ROBOT):
            self.wishes |= set(re.split(r"[\s,;]+", content.lower()))
        elif attributes.get("http-equiv", "").lower() == "refresh":
            match = _REFRESH.match(content)
            if match and match[2].strip() and int(match[1]) <= _AT_ONCE:
                self.refresh = self.refresh or self._own(match[2])

    def _link(self, href: str | None, rel: str) -> None:
        if href is None or "nofollow" in rel.lower().split() or len(self.links) >= _MOST_LINKS:
            return
        href = href.strip()
        if not href or href.startswith("#") or re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", href, re.IGNORECASE):
            return  # mail, telephone, script: nothing that could be read
        url = self._normal(href)
        if url is None:
            self.unfit += 1
        elif origin_of(url) != self._origin:
            if len(self.elsewhere) < _MOST_LINKS:
                self.elsewhere[url] = None
        elif url != self._url:
            self.links[url] = None

    def _own(self, href: str) -> str:
        """An address on the same host, empty for another."""
        url = self._normal(href)
        return url if url is not None and origin_of(url) == self._origin else ""

    def _normal(self, href: str) -> str | None:
        """An address in normal form; one on this host over http is meant over https as the page itself."""
        url = normalised(href, self._base)
        if url is not None and self._twin and origin_of(url) == self._twin:
            return self._origin + url[len(self._twin) :]
        return url


def page_outline(markup: str, url: str, *, text_hash: str, characters: int) -> Outline:
    """The outline of an HTML page. Links with rel="nofollow" are left out."""
    reader = _Links(url)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    content = markup.replace("\x00", "").encode("utf-8", "replace")
    for start in range(0, len(content), _FEED):
        parser.feed(content[start : start + _FEED])
    if content.strip():
        parser.close()
    wishes = reader.wishes
    return Outline(
        kind="page",
        links=tuple(reader.links),
        elsewhere=len(reader.elsewhere),
        unfit=reader.unfit,
        canonical=reader.canonical,
        refresh=reader.refresh,
        index=not wishes & {"noindex", "none"},
        follow=not wishes & {"nofollow", "none"},
        password=reader.password,
        text_hash=text_hash,
        characters=characters,
    )
