"""An address with its options, as the command line gives them and as a job of the queue keeps them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ingest.ignore_rules import Rules
from ingest.remote.run import RemoteOptions
from ingest.sources.address import given_source, is_source
from ingest.web.urls import given_address


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRequest:
    """A run over one address. Passwords are named, not held."""

    address: str
    collection: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    checksum: bool = False
    retry: bool = False
    prune: bool = False
    force: bool = False
    depth: int | None = None  # web: links followed; None: the default
    any_path: bool = False  # web
    allow_private: bool = False  # web
    password_env: str = ""  # name of the environment variable with the password
    endpoint: str = ""  # S3; empty: the setting's

    @classmethod
    def of_job(cls, arguments: Mapping[str, Any]) -> "SourceRequest":
        """The request that a job keeps."""
        values = dict(arguments) | {name: tuple(arguments[name]) for name in ("include", "exclude")}
        return cls(address=values.pop("path"), **values)

    def as_job(self) -> dict[str, object]:
        """The request as JSON values; the address is the path that the state of the queue shows."""
        values = asdict(self)
        return {"path": values.pop("address")} | values

    def require_valid(self) -> None:
        """Raise SettingsError for an address or a pattern that cannot be read."""
        given_source(self.address) if is_source(self.address) else given_address(self.address)
        self.rules()

    def rules(self) -> Rules:
        """Which names of a listing are documents."""
        return Rules(include=self.include, exclude=self.exclude, hidden=self.hidden)

    def options(self) -> RemoteOptions:
        """The options of the run."""
        return RemoteOptions(checksum=self.checksum, retry=self.retry, prune=self.prune, force=self.force)
