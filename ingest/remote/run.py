"""One run over a remote source: what changed is ingested as it comes, each item in one transaction; what is gone last.

Killed at any time, the next run finds what was stored by its revision and goes on with the rest.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from app.core.errors import SettingsError
from ingest.pipeline import Ingester, Outcome, Result, RunListener
from ingest.queue.files import BusyError
from ingest.queue.locks import Locks
from ingest.remote.source import Item, RemoteSource, State
from ingest.remote.state import ItemStates


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteOptions:
    """Options of a run over a remote source."""

    checksum: bool = False  # read everything and compare contents
    retry: bool = False  # read again what could not be ingested before, and scanned pages
    prune: bool = False  # delete documents whose items are gone
    force: bool = False  # prune even when nothing is left


class RemoteRun:
    """Brings the documents of one source up to date, or tells what that would do. Raises AppError."""

    def __init__(
        self,
        engine: Engine,
        ingester: Ingester,
        listener: RunListener,
        source: RemoteSource,
        *,
        name: str,
        collection: str,
        options: RemoteOptions,
    ) -> None:
        """name: of the source for people; two runs over the same one never work at once."""
        self._ingester = ingester
        self._listener = listener
        self._source = source
        self._name = name
        self._collection = collection
        self._options = options
        self._locks = Locks(engine)
        self._states = ItemStates(engine, collection, checksum=options.checksum, retry=options.retry)
        self._gone: dict[str, Item] = {}
        self._alive = 0  # items that are documents
        self._absent = ""  # why the item named last is not there
        self._done = 0

    @property
    def gone(self) -> int:
        """Number of stored documents whose items are gone."""
        return len(self._gone)

    def execute(self) -> Counter[Outcome]:
        """Ingest what has changed; returns the number of items by outcome."""
        counts: Counter[Outcome] = Counter()
        with self._locks.hold(f"remote:{self._collection}:{self._name}") as held:
            if not held:
                raise BusyError(f"Another process reads {self._name} just now.", fix="Wait until it is done.")
            try:
                for item in self._items():
                    result = self._ingested(item)
                    if result is not None:
                        self._report(item.uri, result, counts)
                self._states.flush()
                if self._options.prune:
                    for item in self._require_some_left():
                        self._states.remove(item.uri, forget=item.state is State.GONE)
                        self._report(item.uri, Result(outcome=Outcome.REMOVED), counts)
            finally:
                if counts[Outcome.NEW] or counts[Outcome.CHANGED] or counts[Outcome.REMOVED]:
                    self._ingester.finish(many=True)
        self._locks.close()
        return counts

    def preview(self) -> Iterator[tuple[str, Result]]:
        """What `execute` would do, by uri, as it is learnt. Items are read for that, and nothing is written."""
        for item in self._items():
            result = self._foreseen(item)
            if result is not None:
                yield item.uri, result
        if self._options.prune:
            for item in self._require_some_left():
                yield item.uri, Result(outcome=Outcome.REMOVED, message=item.message)

    def _items(self) -> Iterator[Item]:
        """The items of the source, then those of stored documents that it did not name; gone ones are kept aside."""
        seen: set[str] = set()
        for item in self._source.items(self._states.known):
            seen.add(item.uri)
            yield from self._present(item)
        stored = (uri for uri in self._states.documents(self._source.prefix) if uri not in seen)
        for item in self._source.missing(stored, self._states.known):
            yield from self._present(item)
        if self._absent and not (self._alive or self._gone):
            raise SettingsError(f"There is nothing at {self._name}: {self._absent}", fix="Check the address.")

    def _present(self, item: Item) -> Iterator[Item]:
        """The item, unless it is gone: then it is kept aside if a document of it is stored."""
        self._done += 1
        self._absent = item.message if item.state is State.GONE else ""
        self._listener.progress(self._done, self._done + self._source.waiting, item.uri)
        if item.state is State.GONE:
            if self._states.stored(item.uri):
                self._gone[item.uri] = item
            return
        if item.state is State.LEFT_OUT and self._states.stored(item.uri):
            self._gone[item.uri] = item
        yield item

    def _ingested(self, item: Item) -> Result | None:
        """Ingest one item; None when there is nothing to tell of it."""
        keep = partial(self._states.keep, item.uri, item.revision)
        if item.state is State.FAILED:
            return self._failed(item)
        if item.state in (State.LEFT_OUT, State.SKIPPED):
            self._alive += item.state is State.SKIPPED
            if item.revision and (item.state is State.LEFT_OUT or not self._states.stored(item.uri)):
                keep(None)
            return None
        if item.source is None:
            return self._unchanged(item)
        sha256 = item.source.sha256
        result = self._ingester.ingest(
            item.source, collection=self._collection, within=lambda connection: keep(sha256, connection)
        )
        if result.outcome in (Outcome.UNCHANGED, Outcome.FAILED):  # nothing was stored, so nothing was kept with it
            keep(sha256)
        if result.outcome is Outcome.UNCHANGED:
            self._states.unchanged(item.uri)
        self._alive += 1
        return result

    def _unchanged(self, item: Item) -> Result:
        """The result for an item of which the content read last is stored, or could not be ingested."""
        self._alive += 1
        result = self._known_result(item)
        if result.outcome is Outcome.UNCHANGED:
            if item.revision:
                self._states.keep(item.uri, item.revision, self._states.sha256(item.uri))
            self._states.unchanged(item.uri)
        return result

    def _known_result(self, item: Item) -> Result:
        error = self._states.content_error(item.uri)
        return Result(outcome=Outcome.FAILED, message=error) if error else Result(outcome=Outcome.UNCHANGED)

    def _failed(self, item: Item) -> Result:
        self._states.forget_failed(item.uri)
        self._ingester.record_failure(item.uri, item.name or item.uri, item.message, collection=self._collection)
        return Result(outcome=Outcome.FAILED, message=item.message)

    def _foreseen(self, item: Item) -> Result | None:
        if item.state is State.FAILED:
            return Result(outcome=Outcome.FAILED, message=item.message)
        if item.state in (State.LEFT_OUT, State.SKIPPED):
            self._alive += item.state is State.SKIPPED
            return None
        self._alive += 1
        if item.source is None:
            return self._known_result(item)
        return self._ingester.preview(item.source, collection=self._collection)

    def _require_some_left(self) -> list[Item]:
        """The items whose documents are deleted. Raises SettingsError when nothing else is left of the source."""
        if self._gone and not self._alive and not self._options.force:
            raise SettingsError(
                f"Nothing is left of {self._name}, and {len(self._gone)} documents of it are stored: is it only down?",
                fix="If they are to be removed, add --force to --prune.",
            )
        return list(self._gone.values())

    def _report(self, uri: str, result: Result, counts: Counter[Outcome]) -> None:
        counts[result.outcome] += 1
        self._listener.finished(uri, result)
