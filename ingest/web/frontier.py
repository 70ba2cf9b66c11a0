"""The addresses of a site that are still to be read, each once, and those that are left out, by reason."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from pathspec import GitIgnoreSpec

from ingest.web.page import may_be_document
from ingest.web.urls import Scope, loops, path_of

DEPTH = 2  # links that are followed from a given page
_MOST_VARIANTS = 200  # addresses of one path that differ in their query: calendars and filters have no end
_MOST_KNOWN = 200_000  # addresses that are remembered


class Reason(StrEnum):
    """Why an address is not read, or a page not stored, for people."""

    ELSEWHERE = "on other hosts"
    UNFIT = "with a password or unreadable"
    PATH = "outside the given path (--any-path)"
    DEPTH = "further away (--depth)"
    EXCLUDED = "excluded"
    ROBOTS = "disallowed by robots.txt"
    KIND = "pictures, recordings, programs and feeds"
    TRAP = "variants of one page or endless paths"
    NOINDEX = "that ask not to be stored (noindex)"
    DUPLICATE = "duplicates"
    LOGIN = "login forms"
    EMPTY = "without content"
    LINKS = "whose links could not be read"


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteOptions:
    """Which pages of a site are read."""

    depth: int | None = None  # links followed from the given page; None: 2, and none from pages that a sitemap lists
    any_path: bool = False  # also pages outside the given path
    include: GitIgnoreSpec | None = None  # only pages whose path matches are stored
    exclude: GitIgnoreSpec | None = None  # pages whose path matches are not read


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """An address to read."""

    url: str
    depth: int = 0  # links between it and the given address
    referrer: str = ""  # the page that led to it
    hops: int = 0  # redirects that led to it
    start: bool = False  # it is the given address
    listed: bool = False  # a sitemap lists it, or it is one
    own: bool = False  # it is read as a page of its own, whatever it names as its canonical address


class Frontier:
    """The queue of one run. allows: the rules of robots.txt."""

    def __init__(self, options: SiteOptions, *, allows: Callable[[str], bool]) -> None:
        self.scope = Scope(origin="", folder="/")
        self.depth = DEPTH  # links that are followed from the given address
        self.names_deeper = True  # whether addresses further away are named
        self.visited: set[str] = set()
        self._options = options
        self._allows = allows
        self._queue: deque[Task] = deque()
        self._seen: set[str] = set()
        self._variants: Counter[str] = Counter()
        self._left_out: defaultdict[Reason, set[str]] = defaultdict(set)
        self._counts: Counter[Reason] = Counter()

    def __len__(self) -> int:
        return len(self._queue)

    def enter(self, url: str, *, sitemap: bool = False) -> None:
        """Begin at the given address. Of a sitemap all pages on its host are meant, and no links in them."""
        given = self._options.depth
        self.scope = Scope.around(url, any_path=sitemap or self._options.any_path)
        self.depth = given if given is not None else 0 if sitemap else DEPTH
        self.names_deeper = given is not None or not sitemap

    def next(self) -> Task | None:
        """The next address to read, nearest to the given one first."""
        return self._queue.popleft() if self._queue else None

    def add(self, task: Task, *, first: bool = False) -> bool:
        """Queue an address unless it was queued before or is left out; returns whether it was queued."""
        if task.url in self._seen:
            return False
        reason = None if task.start else self._reason(task)
        if reason is not None:
            if reason is not Reason.DEPTH or self.names_deeper:
                self.leave_out(task.url, reason)
            return False
        self.seen(task.url)
        (self._queue.appendleft if first else self._queue.append)(task)
        return True

    def again(self, task: Task) -> None:
        """Queue an address once more."""
        self._queue.appendleft(task)

    def seen(self, url: str) -> None:
        """Never queue an address again."""
        self._seen.add(url)
        for addresses in self._left_out.values():
            addresses.discard(url)

    def leave_out(self, url: str, reason: Reason) -> None:
        """Count an address that is not read, once."""
        if len(self._left_out[reason]) < _MOST_KNOWN:
            self._left_out[reason].add(url)

    def count(self, reason: Reason, number: int) -> None:
        """Count links of which the address is not known."""
        self._counts[reason] += number

    def may_read(self, url: str) -> bool:
        """Whether an address may be read, whatever led to it."""
        return self._reason(Task(url=url, listed=True)) is None

    def may_check(self, url: str) -> bool:
        """Whether a stored page that no link leads to may be requested; one that may not stays as it is."""
        if not self.scope.holds(url) or self._excluded(url):
            return False
        if not self._allows(url):
            self.leave_out(url, Reason.ROBOTS)
            return False
        return True

    def reasons(self) -> Iterator[tuple[Reason, int]]:
        """How many addresses were left out, by reason."""
        for reason in Reason:
            number = len(self._left_out[reason]) + self._counts[reason]
            if number:
                yield reason, number

    def _reason(self, task: Task) -> Reason | None:
        """Why an address is left out; None when it is not."""
        url = task.url
        if not self.scope.same_host(url):
            return Reason.ELSEWHERE
        if not self.scope.holds(url):
            return Reason.PATH
        if self._excluded(url):
            return Reason.EXCLUDED
        if not may_be_document(url):
            return Reason.KIND
        if not self._allows(url):
            return Reason.ROBOTS
        if task.depth > self.depth:
            return Reason.DEPTH
        return self._trap(task)

    def _trap(self, task: Task) -> Reason | None:
        if task.listed:
            return None
        parts = urlsplit(task.url)
        if parts.query:
            self._variants[parts.path] += 1
        return Reason.TRAP if self._variants[parts.path] > _MOST_VARIANTS or loops(task.url) else None

    def _excluded(self, url: str) -> bool:
        return self._options.exclude is not None and self._options.exclude.match_file(path_of(url))
