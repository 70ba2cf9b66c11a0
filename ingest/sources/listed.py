"""A source that lists its items, as the frame reads it: only new and changed items, and what is not listed is gone."""

import hashlib
from collections.abc import Iterable, Iterator

from app.core.domain import Source
from app.core.errors import DocumentError, NotFoundError
from ingest.ignore_rules import Rules
from ingest.remote.source import Item, Lookup, State
from ingest.sources.listing import Entry, Listing

_MIB = 2**20


class ListedSource:
    """The items of one listing. See RemoteSource.

    rules: which names are documents; a document that they leave out stays. max_bytes: of one item.
    """

    def __init__(self, listing: Listing, *, rules: Rules, max_bytes: int) -> None:
        self._listing = listing
        self._rules = rules
        self._max_bytes = max_bytes
        self._entries: list[Entry] = []  # that are still to come
        self._seen: set[str] = set()
        self._same_version = ""  # hash of the stored uris when nothing can have changed since the last run
        self._version = ""
        self._read = self._unchanged = self._left_out = self._received = 0

    @property
    def prefix(self) -> str:
        """See RemoteSource."""
        return self._listing.base

    @property
    def waiting(self) -> int:
        """See RemoteSource."""
        return len(self._entries)

    def items(self, known: Lookup) -> Iterator[Item]:
        """See RemoteSource."""
        try:
            self._version = self._listing.version()
            home = known(self._home) if self._version else None
            if home is not None and (home.revision.get("version"), home.revision.get("rules")) == (
                self._version,
                self._rules.key,
            ):
                self._same_version = str(home.revision.get("documents", ""))
                return
            yield from self._listed(known)
        except NotFoundError as error:
            yield Item(uri=self._home, state=State.GONE, message=error.problem)

    def missing(self, uris: Iterable[str], known: Lookup) -> Iterator[Item]:
        """See RemoteSource: what a whole listing does not name is gone."""
        stored = [uri for uri in uris if self._holds(uri)]
        if self._same_version and _hash(stored) == self._same_version and all(known(uri) for uri in stored):
            self._unchanged = len(stored)
            yield from (Item(uri=uri, state=State.UNCHANGED) for uri in stored)
            return
        if self._same_version:
            self._same_version = ""
            yield from self._listed(known)
        for uri in stored:
            if uri not in self._seen:
                yield Item(uri=uri, state=State.GONE, message="It is no longer there.")

    def notes(self) -> Iterator[str]:
        """See RemoteSource."""
        received = self._received / _MIB
        yield f"{self._read} items read, {self._unchanged} unchanged; {received:.1f} MiB received."
        if self._left_out:
            yield f"Left out by their names: {self._left_out:,} (--include, --exclude, --hidden)."

    @property
    def _home(self) -> str:
        """The uri under which the version of the whole is kept; no item has it."""
        return f"{self._listing.base}/"

    def _holds(self, uri: str) -> bool:
        """Whether an item belongs to the address: s3://b/docs2 begins like s3://b/docs and is not in it."""
        base = self._listing.base
        return uri == base or uri.startswith(base if base[-1] in "/:=" else f"{base}/")

    def _listed(self, known: Lookup) -> Iterator[Item]:
        self._entries = list(self._listing.entries())[::-1]
        documents: list[str] = []
        while self._entries:
            entry = self._entries.pop()
            self._seen.add(entry.uri)
            item = self._item(entry, known)
            if item.state is not State.SKIPPED:
                documents.append(entry.uri)
            yield item
        if self._version:  # after the last item: until it is stored, the next run lists them again
            kept = {"version": self._version, "rules": self._rules.key, "documents": _hash(documents)}
            yield Item(uri=self._home, state=State.LEFT_OUT, revision=kept)

    def _item(self, entry: Entry, known: Lookup) -> Item:
        if not self._wanted(entry.path):
            self._left_out += 1
            return Item(uri=entry.uri, state=State.SKIPPED)
        stored = known(entry.uri)
        if stored is not None and entry.revision and stored.revision == entry.revision:
            self._unchanged += 1
            return Item(uri=entry.uri, state=State.UNCHANGED)
        try:
            content = self._content(entry)
        except NotFoundError as error:
            return Item(uri=entry.uri, state=State.GONE, message=error.problem)
        except DocumentError as error:
            return Item(uri=entry.uri, name=entry.name, state=State.FAILED, message=str(error))
        self._read += 1
        self._received += len(content)
        source = Source(
            uri=entry.uri,
            name=entry.name,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            modified_at=entry.modified_at,
        )
        return Item(uri=entry.uri, state=State.READ, source=source, revision=entry.revision)

    def _content(self, entry: Entry) -> bytes:
        self._require_size(entry.size)
        content = self._listing.read(entry, max_bytes=self._max_bytes)
        self._require_size(len(content))
        return content

    def _require_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise DocumentError(
                f"It has more than {self._max_bytes // _MIB} MiB.", fix="Raise FOREMOST_MAX_FILE_MIB or split it."
            )

    def _wanted(self, path: str) -> bool:
        names = path.split("/") if path else []
        return all(
            self._rules.wanted("", "/" + "/".join(names[:depth]), (), is_folder=depth < len(names))
            for depth in range(1, len(names) + 1)
        )


def _hash(uris: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(uris)).encode()).hexdigest()
