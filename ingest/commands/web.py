"""`python -m ingest https://…`: the pages of a web site."""

from contextlib import closing
from dataclasses import replace

from app.core.settings import Settings
from ingest.bootstrap import Services, limits_of
from ingest.commands.remote import run_remote
from ingest.commands.screen import Screen, report
from ingest.load.web_page import LEFT_OUT
from ingest.pipeline import Result
from ingest.remote.run import RemoteOptions
from ingest.web.addresses import EVERY_NETWORK, Guard, networks
from ingest.web.fetch import Fetcher
from ingest.web.frontier import SiteOptions
from ingest.web.limits import WebLimits
from ingest.web.outline import Outlines
from ingest.web.site import WebSite


def read_site(
    services: Services,
    address: str,
    site_options: SiteOptions,
    options: RemoteOptions,
    *,
    collection: str,
    dry_run: bool,
    allow_private: bool,
) -> bool:
    """Ingest the pages of one site; returns whether any failed. Raises AppError when the address cannot be read."""
    settings = services.settings
    limits = web_limits_of(settings)
    screen = _SiteScreen()
    guard = Guard(EVERY_NETWORK if allow_private else networks(settings.web_private_networks))
    with closing(Fetcher(guard, limits)) as fetcher, closing(Outlines(limits_of(settings))) as outlines:
        site = WebSite(address, fetcher=fetcher, outline=outlines.of, options=site_options, limits=limits)
        failed = run_remote(
            services, site, screen, options, name=address, items="pages", collection=collection, dry_run=dry_run
        )
        for note in screen.frame_note():
            report(f"{address}: {note}")
    return failed


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


class _SiteScreen(Screen):
    """Prints one line for the menus and headers that were left out of all pages, instead of one for each page."""

    def __init__(self) -> None:
        super().__init__()
        self._shortened = 0

    def finished(self, uri: str, result: Result) -> None:
        """See Screen."""
        kept = tuple(warning for warning in result.warnings if not warning.startswith(LEFT_OUT))
        self._shortened += len(kept) < len(result.warnings)
        super().finished(uri, replace(result, warnings=kept))

    def frame_note(self) -> tuple[str, ...]:
        """The line; none when nothing was left out."""
        if not self._shortened:
            return ()
        return (f"Menus, headers and footers were left out of {self._shortened} pages; each page's notes name them.",)
