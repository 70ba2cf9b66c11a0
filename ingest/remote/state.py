"""What the database knows of the items of one collection's remote sources."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row

from app.core.database import reachable, transaction
from app.core.domain import CHUNKER_VERSION
from app.core.sql import load_queries
from ingest.remote.source import Known

_QUERIES = load_queries(__file__)
_BATCH = 200  # unchanged items written down with one transaction


class ItemStates:
    """Reads and keeps the states of items. Raises DatabaseError.

    checksum: nothing known counts, so that every item is read. retry: items that failed, and those with scanned pages
    that were not recognised, are read again.
    """

    def __init__(self, engine: Engine, collection: str, *, checksum: bool = False, retry: bool = False) -> None:
        self._engine = engine
        self._collection = collection
        self._checksum = checksum
        self._retry = retry
        self._unchanged: list[str] = []  # uris that are not written down yet

    def known(self, uri: str) -> Known | None:
        """What is known of an item; None when it has to be read whatever its source says."""
        with reachable(self._engine) as connection:
            params = self._params(uri) | {"chunker": CHUNKER_VERSION}
            row = connection.execute(_QUERIES["known"], params).one_or_none()
        if row is None or self._checksum or (self._retry and (row.failed or row.ocr_missing)):
            return None
        return Known(revision=row.revision, document=row.document) if row.same or row.failed else None

    def documents(self, prefix: str) -> list[str]:
        """The uris of stored documents that begin so."""
        with reachable(self._engine) as connection:
            params = {"collection": self._collection, "prefix": prefix}
            return list(connection.execute(_QUERIES["documents"], params).scalars())

    def stored(self, uri: str) -> bool:
        """Whether there is a document of an item, readable or not."""
        return self._document(uri) is not None

    def sha256(self, uri: str) -> str | None:
        """Hash of the stored content of an item; None when none is stored."""
        row = self._document(uri)
        return None if row is None else row.sha256

    def keep(
        self, uri: str, revision: Mapping[str, Any], sha256: str | None, connection: Connection | None = None
    ) -> None:
        """Keep the revision of an item and the hash of its content, in a transaction of its own or in the given one."""
        if connection is None:
            with transaction(self._engine) as own:
                own.execute(_QUERIES["claim_collection"], {"collection": self._collection})
                self.keep(uri, revision, sha256, own)
            return
        params = {"revision": json.dumps(revision), "sha256": sha256}
        connection.execute(_QUERIES["keep"], self._params(uri) | params)

    def unchanged(self, uri: str) -> None:
        """The item was checked, and the stored document is its present content. It is written down by and by."""
        self._unchanged.append(uri)
        if len(self._unchanged) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write down what was unchanged. A run that is killed before loses nothing: the next one checks it again."""
        params = {"collection": self._collection, "uris": self._unchanged}
        if self._unchanged:
            with transaction(self._engine) as connection:
                connection.execute(_QUERIES["checked"], params)
                connection.execute(_QUERIES["clear_error"], params)
        self._unchanged = []

    def content_error(self, uri: str) -> str:
        """Why the content read last could not be ingested; empty when it was."""
        with reachable(self._engine) as connection:
            return connection.execute(_QUERIES["content_error"], self._params(uri)).scalar() or ""

    def forget_failed(self, uri: str) -> None:
        """Forget the revision of content that could not be ingested: its error is about to be replaced by another."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["forget_failed"], self._params(uri))

    def remove(self, uri: str, *, forget: bool) -> None:
        """Delete the document of an item. forget: and what is known of the item."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["remove_document"], self._params(uri))
            if forget:
                connection.execute(_QUERIES["remove_item"], self._params(uri))

    def remove_failure(self, uri: str) -> None:
        """Delete a document that is nothing but the reason of a failure."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["remove_failure"], self._params(uri))

    def _document(self, uri: str) -> Row[Any] | None:
        with reachable(self._engine) as connection:
            return connection.execute(_QUERIES["document"], self._params(uri)).one_or_none()

    def _params(self, uri: str) -> dict[str, Any]:
        return {"collection": self._collection, "uri": uri}
