"""`python -m ingest https://…`: the pages of a web site."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from app.core.settings import Settings
from ingest.bootstrap import limits_of
from ingest.commands.request import SourceRequest
from ingest.commands.screen import Screen
from ingest.ignore_rules import spec
from ingest.load.web_page import LEFT_OUT
from ingest.pipeline import Result
from ingest.web.addresses import EVERY_NETWORK, Guard, networks
from ingest.web.fetch import Fetcher
from ingest.web.frontier import SiteOptions
from ingest.web.limits import WebLimits
from ingest.web.outline import Outlines
from ingest.web.site import WebSite
from ingest.web.urls import given_address


@contextmanager
def open_site(request: SourceRequest, settings: Settings) -> Iterator[tuple[WebSite, str]]:
    """The pages of an address and its name for people. Raises AppError when it cannot be read."""
    limits = web_limits_of(settings)
    address = given_address(request.address)
    options = SiteOptions(
        depth=request.depth,
        any_path=request.any_path,
        include=spec(request.include),
        exclude=spec(request.exclude),
    )
    guard = Guard(EVERY_NETWORK if request.allow_private else networks(settings.web_private_networks))
    with closing(Fetcher(guard, limits)) as fetcher, closing(Outlines(limits_of(settings))) as outlines:
        yield WebSite(address, fetcher=fetcher, outline=outlines.of, options=options, limits=limits), address


def web_limits_of(settings: Settings) -> WebLimits:
    """The limits for reading one web address."""
    return WebLimits(
        pages=settings.web_pages,
        seconds=settings.web_seconds,
        mib=settings.web_mib,
        page_mib=settings.max_file_mib,
        page_seconds=settings.web_page_seconds,
        delay_seconds=settings.web_delay_seconds,
    )


class SiteScreen(Screen):
    """Prints one line for the menus and headers that were left out of all pages, instead of one for each page."""

    def __init__(self) -> None:
        super().__init__()
        self._shortened = 0

    def finished(self, uri: str, result: Result) -> None:
        """See Screen."""
        kept = tuple(warning for warning in result.warnings if not warning.startswith(LEFT_OUT))
        self._shortened += len(kept) < len(result.warnings)
        super().finished(uri, replace(result, warnings=kept))

    def notes(self) -> tuple[str, ...]:
        """See Screen."""
        if not self._shortened:
            return ()
        return (f"Menus, headers and footers were left out of {self._shortened} pages; each page's notes name them.",)
