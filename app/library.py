"""The documents list of the page: lists, uploads for the worker, deletion, original bytes and text."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping

from app.core.acting import acting_as_owner
from app.core.database import transaction
from app.core.errors import ASK_AN_ADMIN, DocumentError, NotFoundError, RightsError
from app.core.file_lock import lock_of
from app.core.progress import Progress, read_progress
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
SORTS = ("name", "collection", "state", "size", "changed")  # columns that the list can be sorted by
_JOINERS = "\u200c\u200d"  # Invisible, but part of ordinary words in Persian, Hindi and other languages.
_LONGEST_NAME = 200  # Characters. File systems allow 255 bytes.
_DELETED = "The document is no longer in the library; the passage was kept with the answer."


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentRow:
    """A line of the documents list: a stored document, or an upload that the worker has not stored yet."""

    id: int  # of the document, or of the upload
    upload: bool
    collection: str
    name: str
    uri: str  # absolute path or address of its file; upload:NAME for one sent through the page
    title: str
    media_type: str
    byte_count: int
    part_kind: str | None  # page, slide or sheet
    part_count: int | None
    chunk_count: int
    status: str  # ready, empty, failed, queued or running
    error: str  # of the last ingestion, also when an older version of the document is still searched
    warnings: tuple[str, ...]
    changed_at: datetime
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds by stage of ingestion

    @property
    def pending(self) -> bool:
        """Whether the worker has not finished with it."""
        return self.status in ("queued", "running")

    @property
    def retryable(self) -> bool:
        """Whether it failed and can be read again: an upload, or a file on disk."""
        return self.status == "failed" if self.upload else bool(self.error) and self.uri.startswith("/")


class Library:
    """Lists and changes documents in the database; the worker ingests them."""

    def __init__(self, engine: Engine, *, max_file_mib: int = 100, user_mib_per_day: int = 0) -> None:
        """user_mib_per_day: what one user may send in 24 hours; 0: no limit."""
        self._engine = engine
        self._user_mib_per_day = user_mib_per_day
        self._max_file_mib = max_file_mib

    @property
    def max_file_mib(self) -> int:
        """The largest upload, in MiB."""
        return self._max_file_mib

    def collections(self) -> tuple[str, ...]:
        """Names of all collections, in order."""
        with transaction(self._engine) as connection:
            return tuple(connection.execute(_QUERIES["select_collections"]).scalars())

    def counts(self) -> Mapping[str, int]:
        """Collection -> documents in it that can be searched."""
        with transaction(self._engine) as connection:
            return {row.collection: row.documents for row in connection.execute(_QUERIES["count_documents"])}

    def progress(self) -> Progress:
        """Progress of ingestion."""
        return read_progress(self._engine)

    def documents(
        self,
        collection: str | None = None,
        *,
        name: str = "",
        limit: int | None = None,
        sort: str = "",
        descending: bool = False,
    ) -> tuple[DocumentRow, ...]:
        """Uploads in progress first, then failed documents, then the others by name; None lists all collections.

        name: only documents with these characters in their name or path, ignoring case. sort: one of SORTS instead.
        """
        params = {"collection": collection, "name": name.lower(), "limit": limit}
        params |= {"sort": sort if sort in SORTS else "", "descending": descending}
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["select_documents"], params).mappings()
            return tuple(_row(row) for row in rows)

    def document(self, document_id: int) -> DocumentRow:
        """A stored document's line of the list. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["select_document"], {"id": document_id}).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"There is no document {document_id}.", fix="Look at the list of documents.")
        return _row(row)

    def upload_row(self, upload_id: int) -> DocumentRow:
        """An upload's line while the worker has not stored it. Raises NotFoundError once it has, or never got it."""
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["select_upload"], {"id": upload_id}).mappings().one_or_none()
        if row is None:
            raise NotFoundError(
                f"There is no waiting upload {upload_id}: it is stored or was deleted.",
                fix="Look for its name in the list of documents.",
            )
        return _row(row)

    def delete(self, document_id: int) -> None:
        """Delete a document and its chunks; answers keep their snapshots. Raises NotFoundError."""
        self._delete("delete_document", document_id, "document")

    def delete_upload(self, upload_id: int) -> None:
        """Delete a failed or waiting upload; its job does nothing when the row is gone. Raises NotFoundError."""
        self._delete("delete_upload", upload_id, "upload")

    def _delete(self, query: str, identifier: int, what: str) -> None:
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES[query], {"id": identifier}).rowcount == 0:
                if connection.execute(_QUERIES[f"select_{what}"], {"id": identifier}).one_or_none():
                    raise RightsError(f"You may read {what} {identifier}, not delete it.", fix=ASK_AN_ADMIN)
                raise NotFoundError(
                    f"There is no {what} {identifier}: it was deleted meanwhile.", fix="Reload the list."
                )

    def upload(self, name: str, content: bytes, *, collection: str) -> int:
        """Store a file and enqueue its ingestion in one transaction; returns the upload's id.

        Raises DocumentError when the file is too large, NotFoundError when the collection has no name.
        """
        if len(content) > self._max_file_mib * 2**20:
            raise DocumentError(
                f"{clean_name(name)} has {len(content) / 2**20:.0f} MiB, the limit is {self._max_file_mib} MiB.",
                fix="FOREMOST_MAX_FILE_MIB raises it.",
            )
        target = _collection_name(collection)
        stored_name = clean_name(name)
        row: dict[str, Any] = {"collection": target, "name": stored_name, "content": content}
        with transaction(self._engine) as connection:
            self._require_room(connection, len(content))
            connection.execute(_QUERIES["insert_collection"], {"name": target})
            upload_id = connection.execute(_QUERIES["insert_upload"], row).scalar_one_or_none()
            if upload_id is None:
                raise RightsError(f"You may not add to a collection {target!r}.", fix=ASK_AN_ADMIN)
            connection.execute(_QUERIES["defer_upload"], {"upload_id": upload_id})
        return int(upload_id)

    def _require_room(self, connection: Connection, more: int) -> None:
        limit = self._user_mib_per_day
        if limit and connection.execute(_QUERIES["sent_bytes"]).scalar_one() + more > limit * 2**20:
            raise DocumentError(
                f"You may send {limit} MiB in 24 hours, and this file would be more.", fix="Send it tomorrow."
            )

    def retry_upload(self, upload_id: int) -> None:
        """Queue a failed upload again. Raises NotFoundError when it is gone or has not failed."""
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["retry_upload"], {"id": upload_id}).one_or_none()
            if row is None:
                raise NotFoundError(f"There is no failed upload {upload_id}.", fix="Reload the list.")
            connection.execute(_QUERIES["defer_upload"], {"upload_id": upload_id})

    def retry_file(self, document_id: int) -> None:
        """Queue the file of a failed document again. Raises NotFoundError when it has none, or has not failed."""
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["failed_file"], {"id": document_id}).one_or_none()
        if row is None:
            raise NotFoundError(
                f"Document {document_id} has no failed file that you may read again.",
                fix="Reload the list. What comes from a web site is read again by `python -m ingest ADDRESS`.",
            )
        job = {"path": row.uri, "collection": row.collection, "host": "", "remove": False}
        params = {"lock": lock_of(row.uri, row.collection), "arguments": json.dumps(job, ensure_ascii=False)}
        with acting_as_owner(), transaction(self._engine) as connection:  # the role of users has no right to the queue
            connection.execute(_QUERIES["queue_file"], params)

    def move(self, document_ids: Sequence[int], collection: str) -> tuple[str, ...]:
        """Move documents to a collection, which is made when it is new; returns the addresses of those that moved.

        Members of an archive move with it, not alone. A document stays when the collection has its address already.
        Raises NotFoundError when the collection has no name.
        """
        target = _collection_name(collection)
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["insert_collection"], {"name": target})
            params = {"ids": list(document_ids), "collection": target}
            moved = connection.execute(_QUERIES["move_documents"], params).all()
            connection.execute(_QUERIES["move_chunks"], {"ids": [row.id for row in moved], "collection": target})
        return tuple(row.source_uri for row in moved)

    def original(self, document_id: int) -> tuple[str, str, bytes]:
        """Name, media type and original bytes of a document. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["select_original"], {"id": document_id}).one_or_none()
        if row is None or row.content is None:
            raise NotFoundError(_DELETED)
        return row.name, row.media_type, bytes(row.content)

    def text(self, document_id: int) -> str:
        """Text of a document, to which the offsets of its chunks refer. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            text = connection.execute(_QUERIES["select_text"], {"id": document_id}).scalar_one_or_none()
        if text is None:
            raise NotFoundError(_DELETED)
        return str(text)


def _collection_name(collection: str) -> str:
    target = clean_text(collection).strip()[:_LONGEST_NAME]
    if not target:
        raise NotFoundError("The collection has no name.", fix="Choose one, or write a new name.")
    return target


def _row(row: RowMapping) -> DocumentRow:
    return DocumentRow(**(dict(row) | {"warnings": tuple(row["warnings"])}))


def clean_text(text: str) -> str:
    """Text without control characters, direction marks and lone surrogates, which can disguise a name."""
    return "".join(c for c in text if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def clean_name(name: str) -> str:
    """A file's name without folders and invisible characters, cut to 200 characters before its suffix."""
    bare = clean_text(name.replace("\\", "/").rsplit("/", 1)[-1]).strip().strip(".") or "unnamed"
    if len(bare) <= _LONGEST_NAME:
        return bare
    stem, dot, suffix = bare.rpartition(".")
    if not dot or len(suffix) > 10:
        return bare[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(suffix) - 2]}….{suffix}"
