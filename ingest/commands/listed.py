"""`python -m ingest imap://… | s3://… | webdav://… | git+https://…`: sources that list their items."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from app.core.errors import SettingsError
from app.core.settings import Settings
from ingest.commands.request import SourceRequest
from ingest.sources.address import given_source
from ingest.sources.bucket import Bucket
from ingest.sources.listed import ListedSource
from ingest.sources.listing import Listing
from ingest.sources.login import Logins
from ingest.sources.mailbox import Mailbox
from ingest.sources.repository import Repository
from ingest.sources.webdav import WebDavFolder


@contextmanager
def open_listed(request: SourceRequest, settings: Settings) -> Iterator[tuple[ListedSource, str]]:
    """The source of an address and its name for people. Raises AppError when it cannot be read."""
    with closing(_listing(request, settings)) as listing:
        source = ListedSource(listing, rules=request.rules(), max_bytes=settings.max_file_mib * 2**20)
        yield source, listing.base.removesuffix("/;UID=").removesuffix(":")


def _listing(request: SourceRequest, settings: Settings) -> Listing:
    address = given_source(request.address)
    logins = Logins(file=settings.source_logins, password=_password(request.password_env))
    if address.scheme == "s3":
        endpoint = request.endpoint or settings.s3_endpoint
        login = logins.find(urlsplit(endpoint).hostname or "", address.user)
        return Bucket(address, endpoint=endpoint, region=settings.s3_region, login=login)
    login = logins.find(address.host, address.user)
    if address.scheme.startswith("imap"):
        return Mailbox(address, login=login)
    if address.scheme.startswith("webdav"):
        return WebDavFolder(address, login=login)
    return Repository(address, login=login)


def _password(variable: str) -> str:
    if not variable:
        return ""
    password = os.environ.get(variable, "")
    if not password:
        raise SettingsError(
            f"The environment variable {variable} is not set or empty.", fix="Set it to the password, or leave it out."
        )
    return password
