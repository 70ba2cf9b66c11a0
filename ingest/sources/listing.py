"""What a source that lists its items offers: every item with a revision, and the content of one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An item of a listing."""

    uri: str
    key: str  # what its source reads it by
    name: str  # for people
    path: str  # below the given address, for patterns as in .gitignore; empty where items have none
    revision: Mapping[str, Any] = field(default_factory=dict)  # another one: it may have changed; empty: always read it
    size: int = 0  # bytes, as far as the source tells
    modified_at: datetime | None = None


class Listing(Protocol):
    """A folder on another machine. Raises NotFoundError when it does not exist, AppError when it cannot be reached."""

    @property
    def base(self) -> str:
        """The uri of the address itself, without a slash at its end: its items are this or begin with it."""

    def version(self) -> str:
        """What changes whenever any item does, and is cheaper than the list; empty where a source has no such thing."""

    def entries(self) -> Iterator[Entry]:
        """Every item, each once. A listing that cannot be finished raises: what is not in it counts as gone."""

    def read(self, entry: Entry, *, max_bytes: int) -> bytes:
        """The content of an item; of one with more than so many bytes only somewhat more than these.

        Raises NotFoundError when it is gone by now, DocumentError when it cannot be read.
        """

    def close(self) -> None:
        """End connections and remove what was kept on disk."""
