"""What a source on another machine offers to the frame: its items as they are now, and what became of missing ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from app.core.domain import Source


class State(StrEnum):
    """How an item stands against what is stored of it."""

    READ = "read"  # new or changed; its content is at hand
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"  # it is there and is no document, or asks not to be one
    SKIPPED = "skipped"  # it is there, and this run does not want it; a document of it stays
    GONE = "gone"
    FAILED = "failed"  # it cannot be read now


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What was stored when an item was read last, as far as it may be relied on."""

    revision: Mapping[str, Any]  # in the words of its source
    document: bool  # whether it became a document, or failed to


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An item as it is now."""

    uri: str
    state: State
    name: str = ""  # for people, of an item that was not read
    source: Source | None = None  # of an item that was read
    revision: Mapping[str, Any] = field(default_factory=dict)  # for the next run; empty keeps the stored one
    message: str = ""  # why it failed or is gone, for people


Lookup = Callable[[str], Known | None]  # what is known of the item with a uri; None: read it


class RemoteSource(Protocol):
    """A site, bucket, mailbox or repository whose items become documents. Raises AppError when it cannot be reached."""

    @property
    def prefix(self) -> str:
        """With what the uri of each of its items begins; valid once the first item has come."""

    @property
    def waiting(self) -> int:
        """Number of items that are known and not yet read, for the progress."""

    def items(self, known: Lookup) -> Iterator[Item]:
        """Every item that the source has or names, each uri once, as it is now."""

    def missing(self, uris: Iterable[str], known: Lookup) -> Iterator[Item]:
        """Of stored items that `items` did not name those whose state can be told: gone, or still there."""

    def notes(self) -> Iterator[str]:
        """What people should know of the run: what was read, and what was left out and why."""
