"""A page that was read, or has not changed, goes in; what it is to the corpus comes out, and its links are queued."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pathspec import GitIgnoreSpec

from app.core.domain import Source
from app.core.errors import DocumentError
from ingest.remote.source import Item, Known, State
from ingest.web.fetch import ROBOT, Reply
from ingest.web.frontier import Frontier, Reason, Task
from ingest.web.outline import Outline, outline_from
from ingest.web.page import page_source
from ingest.web.urls import last_name, path_of

_LOGIN = re.compile(
    r"(?:^|/)(?:(?:wp-)?log-?in|sign-?in|sso|auth|authorize|oauth2?|session/new|saml2?|cas)(?:[./]|$)", re.IGNORECASE
)


def is_login(url: str) -> bool:
    """Whether an address is that of a login form, by its path."""
    return _LOGIN.search(path_of(url)) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """A page that names another as its own address, until that one was read."""

    task: Task
    revision: Mapping[str, Any]


class PageReader:
    """Decides about the pages of one run. outline: see Outlines. include: only pages whose path matches are stored."""

    def __init__(
        self, frontier: Frontier, outline: Callable[[Source], Outline], *, include: GitIgnoreSpec | None
    ) -> None:
        self._frontier = frontier
        self._outline = outline
        self._include = include
        self._texts: dict[str, str] = {}  # hash of a page's text -> its address
        self._waiting: defaultdict[str, list[_Waiting]] = defaultdict(list)  # by the address they name
        self.documents: set[str] = set()  # addresses of this run's documents
        self.read = 0
        self.unchanged = 0

    def usable(self, task: Task, known: Known | None) -> Known | None:
        """What is known of a page, unless it no longer holds: a copy whose original is gone, a page wanted by now."""
        if known is None:
            return None
        original = known.revision.get("same_as")
        skipped = known.revision.get("left_out") == Reason.EXCLUDED
        if (original and (task.own or original not in self.documents)) or (skipped and self._wanted(task.url)):
            return None
        return known

    def original_first(self, task: Task, known: Known | None) -> bool:
        """Queue the page again behind the one that it was a copy of, unless that was visited."""
        original = "" if known is None or task.own else str(known.revision.get("same_as", ""))
        if not original or original in self._frontier.visited or not self._frontier.may_read(original):
            return False
        self._frontier.again(task)
        self._frontier.again(Task(url=original, depth=task.depth, referrer=task.url))
        return True

    def not_modified(self, task: Task, known: Known) -> Item:
        """The item of a page that has not changed since it was read."""
        outline = outline_from(known.revision.get("outline", {}))
        self._follow(task, outline)
        if known.document and not self._wanted(task.url):
            self._frontier.leave_out(task.url, Reason.EXCLUDED)
            return Item(uri=task.url, state=State.SKIPPED)
        if known.document:
            self._is_document(task.url, outline)
            self.unchanged += 1
            return Item(uri=task.url, state=State.UNCHANGED)
        left_out = known.revision.get("left_out")
        if left_out in set(Reason):
            self._frontier.leave_out(task.url, Reason(left_out))
        return Item(uri=task.url, state=State.SKIPPED if left_out == Reason.EXCLUDED else State.LEFT_OUT)

    def page(self, task: Task, reply: Reply, known: Known | None) -> Item | None:
        """The item of a page that was read; None while it waits for the page that it names as its own address."""
        source = page_source(reply)
        outline = self._outline_of(source)
        validators = reply.validators
        revision: dict[str, Any] = {
            "etag": validators.etag, "modified": validators.modified, "outline": outline.as_json(),
        }  # fmt: skip
        self._follow(task, outline, reply)
        if outline.kind == "sitemap":
            return Item(uri=task.url, state=State.LEFT_OUT, revision=revision)
        original = "" if task.own else self._original(task, outline)
        if original and original not in self.documents:
            self._waiting[original].append(_Waiting(task=task, revision=revision))
            self._frontier.again(Task(url=original, depth=task.depth, referrer=task.url, own=True))
            return None
        reason = self._reason(task, reply, outline, original)
        if reason is not None:
            same_as = original or self._texts.get(outline.text_hash, "")
            return self._left_out(task.url, reason, revision, same_as if reason is Reason.DUPLICATE else "")
        self._is_document(task.url, outline)
        if outline.text_hash and known is not None and known.document and _text_hash(known) == outline.text_hash:
            self.unchanged += 1  # only what no reader sees differs: a token, the number of visitors in a comment
            return Item(uri=task.url, state=State.UNCHANGED, revision=revision)
        self.read += 1
        return Item(uri=task.url, state=State.READ, source=source, revision=revision)

    def settle(self, url: str) -> Iterator[Item]:
        """After a page was visited: copies that named it as theirs are left out; if it is no document they are read."""
        for waiting in self._waiting.pop(url, ()):
            if url in self.documents:
                yield self._left_out(waiting.task.url, Reason.DUPLICATE, waiting.revision, url)
            else:
                self._frontier.again(replace(waiting.task, own=True))

    def _left_out(self, url: str, reason: Reason, revision: Mapping[str, Any], same_as: str) -> Item:
        self._frontier.leave_out(url, reason)
        revision = {**revision, "left_out": reason.value} | ({"same_as": same_as} if same_as else {})
        state = State.SKIPPED if reason is Reason.EXCLUDED else State.LEFT_OUT
        return Item(uri=url, state=state, revision=revision, message=f"It is left out: {reason}.")

    def _reason(self, task: Task, reply: Reply, outline: Outline, original: str) -> Reason | None:
        """Why a page is no document; None when it is one."""
        if not (outline.index and _wishes(reply).isdisjoint({"noindex", "none"})):
            return Reason.NOINDEX
        if original or self._texts.get(outline.text_hash, task.url) != task.url:
            return Reason.DUPLICATE
        if outline.refresh and outline.refresh != task.url and not task.own:
            return Reason.EMPTY
        if outline.password and is_login(task.url):
            return Reason.LOGIN
        if not reply.content:
            return Reason.EMPTY
        return None if self._wanted(task.url) else Reason.EXCLUDED

    def _original(self, task: Task, outline: Outline) -> str:
        """The other address that a page names as its own, if that one can be trusted and read; else empty.

        Many sites name their home page on all pages by mistake.
        """
        address = self._frontier.scope.adopt(outline.canonical) if outline.canonical else ""
        if not address or address == task.url or urlsplit(address).path == "/" != urlsplit(task.url).path:
            return ""
        if address in self._frontier.visited:
            return address if address in self.documents else ""
        return address if self._frontier.may_read(address) else ""

    def _outline_of(self, source: Source) -> Outline:
        try:
            return self._outline(source)
        except DocumentError:  # the loading process says why it cannot be read
            self._frontier.leave_out(source.uri, Reason.LINKS)
            return Outline()

    def _follow(self, task: Task, outline: Outline, reply: Reply | None = None) -> None:
        """Queue the pages that a page or sitemap leads to."""
        frontier, listed = self._frontier, outline.kind == "sitemap"
        if listed and task.start:  # everything that it lists is meant, wherever on the host
            frontier.enter(task.url, sitemap=True)
        for url in outline.sitemaps:
            frontier.add(Task(url=url, depth=task.depth, referrer=task.url, listed=True), first=True)
        frontier.count(Reason.ELSEWHERE, outline.elsewhere)
        frontier.count(Reason.UNFIT, outline.unfit)
        if outline.refresh and outline.refresh != task.url:
            frontier.add(Task(url=frontier.scope.adopt(outline.refresh), depth=task.depth, referrer=task.url))
        if outline.follow and (reply is None or _wishes(reply).isdisjoint({"nofollow", "none"})):
            depth = task.depth if listed else task.depth + 1
            for url in outline.links:
                frontier.add(Task(url=frontier.scope.adopt(url), depth=depth, referrer=task.url, listed=listed))

    def _is_document(self, url: str, outline: Outline) -> None:
        self.documents.add(url)
        if outline.text_hash and outline.characters:
            self._texts.setdefault(outline.text_hash, url)

    def _wanted(self, url: str) -> bool:
        return self._include is None or self._include.match_file(path_of(url) or last_name(url))


def _text_hash(known: Known) -> str:
    return outline_from(known.revision.get("outline", {})).text_hash


def _wishes(reply: Reply) -> set[str]:
    """What the header X-Robots-Tag asks of this program: noindex, nofollow, none."""
    wishes: set[str] = set()
    robot = ""
    for word in re.split(r"[,\s]+", reply.headers.get("x-robots-tag", "").lower()):
        name, colon, rest = word.partition(":")
        if colon:  # the words after it are meant for this robot
            robot, word = name, rest
        if robot in ("", ROBOT):
            wishes.add(word)
    return wishes
