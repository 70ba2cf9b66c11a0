"""Tags that people give to stored documents, for the page and for `python -m ingest tag`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.database import reachable, transaction
from app.core.errors import NotFoundError
from app.core.sql import load_queries
from app.core.tags import FILE, HAND, clean_tags

_QUERIES = load_queries(__file__)
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TaggedDocument:
    """A document with its tags."""

    id: int
    name: str
    collection: str
    tags: Mapping[str, str]  # tag -> origin: file, folder or hand


class DocumentTags:
    """Reads and changes tags. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counts(self) -> Mapping[str, int]:
        """Tag -> documents that have it, by tag."""
        with reachable(self._engine) as connection:
            return {row.tag: row.documents for row in connection.execute(_QUERIES["count_tags"])}

    def named(self, part: str, *, limit: int = 20) -> tuple[TaggedDocument, ...]:
        """Documents with these characters in their name or path, whatever their case; without any the tagged ones."""
        params = {"part": part.strip().lower(), "limit": limit}
        with reachable(self._engine) as connection:
            return tuple(TaggedDocument(**row) for row in connection.execute(_QUERIES["named"], params).mappings())

    def find(self, reference: str, *, collection: str | None = None) -> tuple[TaggedDocument, ...]:
        """The documents with this number, path, address or file name. Raises NotFoundError when there is none."""
        number = int(reference) if reference.isdecimal() and int(reference) <= _LARGEST_NUMBER else None
        params = {"number": number, "reference": reference, "collection": collection}
        with reachable(self._engine) as connection:
            found = tuple(TaggedDocument(**row) for row in connection.execute(_QUERIES["find"], params).mappings())
        if not found:
            where = f" in the collection {collection!r}" if collection else ""
            raise NotFoundError(
                f"There is no document {reference!r}{where}.", fix="Name its number, its path or its file name."
            )
        return found

    def change(self, document_id: int, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> TaggedDocument:
        """Give and take tags by hand; what is inside an archive or mail changes with it.

        A tag that the file or a folder's rule gives stays: the result still has it. Raises NotFoundError.
        """
        given = json.dumps(dict.fromkeys(clean_tags(add), HAND), ensure_ascii=False)
        params = {"id": document_id, "added": given, "removed": list(clean_tags(remove))}
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["change"], params)
            row = connection.execute(_QUERIES["select"], {"id": document_id}).mappings().one_or_none()
        if row is None:
            problem = f"There is no document {document_id}: it was deleted meanwhile."
            raise NotFoundError(problem, fix="Reload the list.")
        return TaggedDocument(**row)


def why_kept(document: TaggedDocument, tag: str) -> str:
    """Why a tag of a document cannot be taken by hand, for people."""
    origin = "its front matter" if document.tags[tag] == FILE else "a .foremost-tags file of its folders"
    return f"The tag {tag} of {document.name} comes from {origin}: change it there."
