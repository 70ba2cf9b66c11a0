"""A web site as a remote source: its pages are read from the given address on, nearest first, or from its sitemap."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from app.core.domain import Source
from app.core.errors import AppError, DocumentError
from ingest.remote.source import Item, Known, Lookup, State
from ingest.web.fetch import Fetcher, FetchError, Reply, Validators
from ingest.web.frontier import Frontier, Reason, SiteOptions, Task
from ingest.web.limits import MIB, WebLimits
from ingest.web.outline import Outline
from ingest.web.page import is_read
from ingest.web.reader import PageReader, is_login
from ingest.web.robots import Robots
from ingest.web.urls import last_name, normalised, origin_of, same_site

_MOST_HOPS = 5  # redirects in a row
_MOST_FAILURES = 5  # pages in a row that cannot be read; then the site is left alone
_NAMED = 3  # dead links that are named
_NEEDS_LOGIN = frozenset((401, 403, 407, 511))
_ABSENT = frozenset((404, 410))
_LOGIN = DocumentError("It needs a login.", fix="Save it as a file and ingest that, or leave it out with --exclude.")


class WebSite:
    """The pages of one site, read politely one after the other. See RemoteSource."""

    def __init__(
        self,
        address: str,
        *,
        fetcher: Fetcher,
        outline: Callable[[Source], Outline],
        options: SiteOptions,
        limits: WebLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """address: in normal form, see ingest.web.urls.given_address. outline: see Outlines."""
        self._address = address
        self._fetcher = fetcher
        self._limits = limits
        self._clock = clock
        self._started = clock()
        self._robots: dict[str, Robots] = {}  # by origin
        self._frontier = Frontier(options, allows=self._allows)
        self._reader = PageReader(self._frontier, outline, include=options.include)
        self._dead: list[Task] = []  # links to pages that do not exist
        self._failures = 0  # in a row
        self._unchecked = 0  # stored pages that the run did not come to
        self._stop = ""  # why the run ended before its end

    @property
    def prefix(self) -> str:
        """See RemoteSource."""
        return self._frontier.scope.prefix

    @property
    def waiting(self) -> int:
        """See RemoteSource."""
        return len(self._frontier)

    def items(self, known: Lookup) -> Iterator[Item]:
        """See RemoteSource. Raises AppError when the given address itself cannot be read."""
        self._started = self._clock()
        yield from self._enter(self._address, known)
        yield from self._rest(known)

    def missing(self, uris: Iterable[str], known: Lookup) -> Iterator[Item]:
        """See RemoteSource: each page is requested, since only its server knows whether it is gone."""
        for url in uris:
            if self._stopped():
                self._unchecked += self._frontier.scope.holds(url)
            elif url not in self._frontier.visited and self._frontier.may_check(url):
                self._frontier.names_deeper = False
                self._frontier.again(Task(url=url, depth=self._frontier.depth))
                yield from self._rest(known)

    def notes(self) -> Iterator[str]:
        """See RemoteSource."""
        reader = self._reader
        received = self._fetcher.received / MIB
        yield f"{reader.read} pages read, {reader.unchanged} unchanged; {received:.1f} MiB received."
        reasons = [f"{number:,} {reason}" for reason, number in self._frontier.reasons()]
        if reasons:
            yield f"Left out: {'; '.join(reasons)}."
        if self._dead:
            named = ", ".join(f"{task.url} (on {task.referrer})" for task in self._dead[:_NAMED])
            yield f"Links to pages that do not exist: {len(self._dead):,}, {named}."
        if self._stop:
            rest = len(self._frontier) + self._unchecked
            yield f"Stopped early: {self._stop}. At least {rest:,} pages were not read or checked."

    # --------------------------------------------------------------------------------------------------- the way in

    def _enter(self, url: str, known: Lookup) -> Iterator[Item]:
        """Read the rules of the site and the given address; a redirect within the same site moves both."""
        for _ in range(_MOST_HOPS + 1):
            yield from self._read_rules(origin_of(url), known)
            self._require_allowed(url)
            self._frontier.enter(url)
            task, stored = Task(url=url, start=True), known(url)
            if self._reader.original_first(task, stored):
                return
            usable = self._reader.usable(task, stored)
            reply = self._reply(task, usable)
            target = None if reply.redirect is None else normalised(reply.redirect, url)
            if target is None:
                problem = _problem(reply)
                if (
                    problem is not None and reply.status not in _ABSENT
                ):  # documents of a site that is gone may be stored
                    raise AppError(f"{url}: {problem.problem}", fix=problem.fix)
                self._frontier.add(task)
                yield from self._judged(task, reply, usable)
                yield from self._reader.settle(url)
                return
            if not same_site(url, target):
                raise AppError(f"{url} leads to {target}.", fix=f"If you mean that site: python -m ingest {target}")
            if is_login(target) and not is_login(url):
                raise AppError(f"{url}: {_LOGIN.problem}", fix=_LOGIN.fix)
            url = target
        raise AppError(f"{self._address} leads from address to address without an end.")

    def _require_allowed(self, url: str) -> None:
        origin = origin_of(url)
        if self._robots[origin].closed:
            raise AppError(
                f"The server fails to send {origin}/robots.txt, so none of its pages may be read.",
                fix="Run the same command later.",
            )
        if not self._allows(url):
            raise AppError(f"The robots.txt of {origin} does not allow to read {url}.", fix="Name another address.")

    def _read_rules(self, origin: str, known: Lookup) -> Iterator[Item]:
        """Read robots.txt once for a host. Raises AppError when the host cannot be reached."""
        if origin in self._robots:
            return
        url = home = f"{origin}/robots.txt"
        stored = known(home)
        try:
            for _ in range(_MOST_HOPS):
                reply = self._fetcher.get(url, _validators(stored))
                target = None if reply.redirect is None else normalised(reply.redirect, url)
                if target is None or not same_site(url, target):
                    break
                url, stored = target, None
        except DocumentError as error:
            raise AppError(f"{origin}: {error.problem}", fix=error.fix) from error
        if reply.status == 304 and stored is not None:
            self._robots[origin] = Robots(str(stored.revision.get("robots", "")).encode())
        elif reply.content is not None:
            text = reply.content.decode("utf-8-sig", "replace").replace("\x00", "")
            self._robots[origin] = Robots(text.encode())
            revision = {"etag": reply.validators.etag, "modified": reply.validators.modified, "robots": text}
            if reply.validators.headers():
                yield Item(uri=home, state=State.LEFT_OUT, revision=revision)
        else:
            self._robots[origin] = Robots(closed=reply.status >= 500 or reply.status == 429)
        self._fetcher.delay = max(self._limits.delay_seconds, self._robots[origin].delay)

    # --------------------------------------------------------------------------------------------------- page by page

    def _rest(self, known: Lookup) -> Iterator[Item]:
        """Read what is queued, until nothing is or a limit is reached."""
        while task := self._frontier.next():
            if self._stopped():
                self._frontier.again(task)
                return
            if task.url not in self._frontier.visited or task.own:
                yield from self._visit(task, known)

    def _visit(self, task: Task, known: Lookup) -> Iterator[Item]:
        stored = known(task.url)
        if self._reader.original_first(task, stored):
            return
        usable = self._reader.usable(task, stored)
        try:
            reply = self._reply(task, usable)
        except DocumentError as error:
            self._failures += isinstance(error, FetchError)
            yield self._failed(task, error)
        else:
            self._failures = self._failures + 1 if reply.status >= 500 or reply.status == 429 else 0
            yield from self._judged(task, reply, usable)
        yield from self._reader.settle(task.url)

    def _reply(self, task: Task, usable: Known | None) -> Reply:
        self._frontier.visited.add(task.url)
        wanted = (lambda _: True) if task.start else is_read
        return self._fetcher.get(task.url, _validators(usable), wanted=wanted)

    def _judged(self, task: Task, reply: Reply, usable: Known | None) -> Iterator[Item]:
        """The item of a page by the server's reply; none for a redirect of a page that was never stored."""
        problem = _problem(reply)
        if reply.status == 304 and usable is not None:
            yield self._reader.not_modified(task, usable)
        elif reply.redirect is not None:
            yield from self._redirected(task, reply)
        elif reply.status in _ABSENT:
            if usable is None and task.referrer:
                self._dead.append(task)
            yield Item(uri=task.url, state=State.GONE, message=f"The server answers {reply.status}.")
        elif problem is not None:
            yield self._failed(task, problem)
        elif reply.content is None:
            self._frontier.leave_out(task.url, Reason.KIND)
            yield Item(uri=task.url, state=State.LEFT_OUT)
        else:
            item = self._reader.page(task, reply, usable)
            if item is not None:
                yield item

    def _redirected(self, task: Task, reply: Reply) -> Iterator[Item]:
        target = normalised(reply.redirect or "", task.url)
        target = None if target is None else self._frontier.scope.adopt(target)
        if target is None or target == task.url or task.hops >= _MOST_HOPS:
            yield self._failed(task, DocumentError("It leads from address to address without an end."))
        elif is_login(target) and not is_login(task.url):
            yield self._failed(task, _LOGIN)
        else:
            self._frontier.add(replace(task, url=target, hops=task.hops + 1, own=False), first=True)
            if reply.permanent:
                yield Item(uri=task.url, state=State.GONE, message=f"It moved to {target}.")

    def _failed(self, task: Task, error: DocumentError) -> Item:
        return Item(uri=task.url, name=last_name(task.url), state=State.FAILED, message=str(error))

    def _stopped(self) -> bool:
        """Whether a limit of the run is reached."""
        limits = self._limits
        if len(self._frontier.visited) >= limits.pages:
            self._stop = f"{limits.pages:,} pages (FOREMOST_WEB_PAGES)"
        elif self._clock() - self._started > limits.seconds:
            self._stop = f"{limits.seconds:,} seconds (FOREMOST_WEB_SECONDS)"
        elif self._fetcher.received > limits.mib * MIB:
            self._stop = f"{limits.mib:,} MiB (FOREMOST_WEB_MIB)"
        elif self._failures >= _MOST_FAILURES:
            self._stop = f"{self._failures} pages in a row could not be read"
        return bool(self._stop)

    def _allows(self, url: str) -> bool:
        robots = self._robots.get(origin_of(url))
        return robots is None or robots.allows(url)


def _validators(known: Known | None) -> Validators | None:
    if known is None:
        return None
    return Validators(etag=str(known.revision.get("etag", "")), modified=str(known.revision.get("modified", "")))


def _problem(reply: Reply) -> DocumentError | None:
    """Why a reply brings no page; None for a page, a redirect, and one that has not changed."""
    if reply.status in (200, 203, 304) or reply.redirect is not None:
        return None
    if reply.status in _NEEDS_LOGIN:
        return DocumentError(f"{_LOGIN.problem[:-1]} ({reply.status}).", fix=_LOGIN.fix)
    if reply.status in _ABSENT:
        return DocumentError(f"There is no such page ({reply.status}).", fix="Check the address.")
    if reply.status >= 500 or reply.status == 429:
        return FetchError(f"The server fails or is busy ({reply.status}).", fix="Run the same command later.")
    return DocumentError(f"The server answers {reply.status} instead of a page.", fix="Leave it out with --exclude.")
