"""A file inside another file: attached to a mail, or embedded in a document."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file with the name that its container gives it."""

    name: str
    content: bytes
    packed: int = 0  # bytes that it takes in its container, where it is compressed there
