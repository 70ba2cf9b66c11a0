"""`python -m ingest imap://… | s3://… | webdav://… | git+https://…`: the items of a source that lists them."""

import os
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.core.errors import SettingsError
from app.core.settings import Settings
from ingest.bootstrap import Services
from ingest.commands.remote import run_remote
from ingest.commands.screen import Screen
from ingest.ignore_rules import Rules
from ingest.remote.run import RemoteOptions
from ingest.sources.address import SourceAddress
from ingest.sources.bucket import Bucket
from ingest.sources.listed import ListedSource
from ingest.sources.listing import Listing
from ingest.sources.login import Logins
from ingest.sources.mailbox import Mailbox
from ingest.sources.repository import Repository
from ingest.sources.webdav import WebDavFolder


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How servers are reached, by the command line."""

    password_env: str = ""  # name of the environment variable with the password
    endpoint: str = ""  # of S3; empty: the setting's


def read_listed(
    services: Services,
    address: SourceAddress,
    access: Access,
    rules: Rules,
    options: RemoteOptions,
    *,
    collection: str,
    dry_run: bool,
) -> bool:
    """Ingest the items of one source; returns whether any failed. Raises AppError when it cannot be read."""
    settings = services.settings
    with closing(listing_of(address, access, settings)) as listing:
        source = ListedSource(listing, rules=rules, max_bytes=settings.max_file_mib * 2**20)
        return run_remote(
            services,
            source,
            Screen(),
            options,
            name=listing.base.removesuffix("/;UID=").removesuffix(":"),
            items="items",
            collection=collection,
            dry_run=dry_run,
        )


def listing_of(address: SourceAddress, access: Access, settings: Settings) -> Listing:
    """The listing of an address. Raises SettingsError when the login cannot be read or may not be used."""
    logins = Logins(file=settings.source_logins, password=_password(access.password_env))
    if address.scheme == "s3":
        endpoint = access.endpoint or settings.s3_endpoint
        login = logins.find(urlsplit(endpoint).hostname or "", address.user)
        return Bucket(address, endpoint=endpoint, region=settings.s3_region, login=login)
    login = logins.find(address.host, address.user)
    if address.scheme.startswith("imap"):
        return Mailbox(address, login=login)
    return (
        WebDavFolder(address, login=login) if address.scheme.startswith("webdav") else Repository(address, login=login)
    )


def _password(variable: str) -> str:
    if not variable:
        return ""
    password = os.environ.get(variable, "")
    if not password:
        raise SettingsError(
            f"The environment variable {variable} is not set or empty.", fix="Set it to the password, or leave it out."
        )
    return password
