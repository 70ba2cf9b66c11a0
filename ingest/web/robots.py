"""A site's robots.txt goes in; which of its pages may be read, and how often, comes out."""

from protego import Protego

from ingest.web.fetch import ROBOT

_MOST_BYTES = 512 * 1024  # of a robots.txt that are read: RFC 9309 asks for 500 KiB at least
_LONGEST_DELAY = 30.0  # seconds; a longer Crawl-delay counts as this


class Robots:
    """The rules of one site. closed: nothing may be read, since the server fails to send its rules (RFC 9309)."""

    def __init__(self, content: bytes = b"", *, closed: bool = False) -> None:
        self.closed = closed
        if len(content) > _MOST_BYTES:  # a rule that is cut would mean something else
            content = content[:_MOST_BYTES].rpartition(b"\n")[0]
        self._rules = Protego.parse(content.decode("utf-8-sig", "replace"))

    def allows(self, url: str) -> bool:
        """Whether the rules for this program, else those for all, allow an address."""
        return not self.closed and bool(self._rules.can_fetch(url, ROBOT))

    @property
    def delay(self) -> float:
        """Seconds between two requests that the site asks for, 30 at most."""
        delay = self._rules.crawl_delay(ROBOT) or 0.0
        rate = self._rules.request_rate(ROBOT)
        if rate is not None:
            delay = max(delay, rate.seconds / rate.requests)
        return min(delay, _LONGEST_DELAY)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps that the site names."""
        return tuple(self._rules.sitemaps)[:10]
