"""The address of a web page as a link; every other source of a document has none."""

from urllib.parse import urlsplit

from app.library import clean_text
from app.web.highlight import escape

_MEMBER = "!/"  # between an archive's address and the path within it


def address_link(source_uri: str) -> str:
    """A link to a page on http or https, as HTML; empty for files, uploads and every other scheme."""
    address = source_uri.partition(_MEMBER)[0]
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    shown = clean_text(source_uri).partition("://")[2].removesuffix("/")
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(shown)}</a>'
