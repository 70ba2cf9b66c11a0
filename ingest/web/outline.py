"""A page's bytes go in, its links and its wishes come out. They are read in a child process, as documents are."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from app.core.domain import Source
from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.load.parent import IsolatedLoader


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """What a page says about itself and where it leads. Addresses are in normal form."""

    kind: Literal["page", "sitemap", "other"] = "other"
    links: tuple[str, ...] = ()  # on the same host, in order, each once; of a sitemap the pages it lists
    sitemaps: tuple[str, ...] = ()  # that an index lists
    elsewhere: int = 0  # links to other hosts
    unfit: int = 0  # links with a user name or password, or that cannot be read
    canonical: str = ""  # the address that it names as its own, on the same host
    refresh: str = ""  # where it leads by itself at once, on the same host
    index: bool = True  # False: it asks not to be stored
    follow: bool = True  # False: it asks not to follow its links
    password: bool = False  # it asks for a password
    text_hash: str = ""  # of its text; empty when that was not read
    characters: int = 0  # of its text

    def as_json(self) -> dict[str, Any]:
        """As JSON values, without those that say nothing."""
        defaults = Outline()
        return {name: value for name, value in asdict(self).items() if value != getattr(defaults, name)}


def outline_from(values: dict[str, Any]) -> Outline:
    """The outline with these JSON values. Raises TypeError for values that are none."""
    known = {field.name for field in fields(Outline)}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Outline(**{name: value for name, value in values.items() if name in known})


class Outlines:
    """Reads outlines in a child process of its own, started with the first page."""

    def __init__(self, limits: Limits) -> None:
        self._loader = IsolatedLoader(limits, module="ingest.web.child")

    def of(self, source: Source) -> Outline:
        """The outline of a page; its uri is the base of its links. Raises DocumentError."""
        document = self._loader.load(source).own
        if isinstance(document, DocumentError):
            raise document
        try:
            return outline_from(json.loads(document.text))
        except (TypeError, ValueError) as error:
            raise DocumentError("Its links could not be read.", fix="Get a fresh copy.") from error

    def close(self) -> None:
        """End the process."""
        self._loader.close()
