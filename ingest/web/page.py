"""A server's reply goes in, a Source comes out, with a name that fits its content, and text in a known encoding."""

import codecs
import hashlib
import re
from collections.abc import Mapping

from app.core.domain import Source
from ingest.load.markup import declared_charset
from ingest.web.fetch import Reply
from ingest.web.urls import last_name, path_of

# Nothing of these is read from a site: a picture or recording is hardly ever a document there. TIFF files are scans.
_UNREAD_TYPES = re.compile(
    r"(?:image/(?!tiff)|audio/|video/|font/|text/(?:css|javascript|vcard|calendar)|multipart/"
    r"|application/(?:x-)?(?:javascript|ecmascript|wasm|rss\+xml|atom\+xml|manifest\+json|ld\+json|x-shockwave-flash"
    r"|font-\w+|vnd\.ms-fontobject|vnd\.android\.package-archive|java-archive|x-msdownload|x-msdos-program"
    r"|x-apple-diskimage|x-iso9660-image|vnd\.debian\.binary-package))"
)
_UNREAD_SUFFIXES = frozenset(
    "jpg jpeg png gif webp svg svgz ico bmp avif heic mp3 mp4 m4a m4v avi mov mkv webm ogg oga ogv wav flac wma wmv "
    "flv css js mjs map woff woff2 ttf otf eot exe msi dmg pkg deb rpm apk iso img jar war whl torrent swf ics vcf".split()
)
_SUFFIXES: Mapping[str, tuple[str, ...]] = {  # names that fit a declared type; the first is added to one that does not
    "text/html": ("html", "htm", "xhtml"),
    "application/xhtml+xml": ("html", "htm", "xhtml"),
    "text/csv": ("csv",),
    "text/tab-separated-values": ("tsv", "tab"),
    "text/markdown": ("md", "markdown", "mdown", "mkd"),
    "application/pdf": ("pdf",),
}
_TEXT_TYPES = re.compile(r"text/|application/(?:xhtml\+xml|xml|json|csv)")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]+")
_LONGEST_NAME = 200  # characters
_SAMPLE = 4096  # bytes in which a NUL shows that it is no text of one byte a character


def is_read(media_type: str) -> bool:
    """Whether a body of this media type is read."""
    return _UNREAD_TYPES.match(media_type) is None


def may_be_document(url: str) -> bool:
    """Whether an address may lead to a document, by the suffix of its path."""
    return path_of(url).rpartition(".")[2].lower() not in _UNREAD_SUFFIXES


def page_source(reply: Reply) -> Source:
    """The source of a page or file that was read."""
    content = with_charset(reply.content or b"", reply.media_type, reply.charset)
    return Source(
        uri=reply.url,
        name=page_name(reply),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        modified_at=reply.modified_at,
    )


def page_name(reply: Reply) -> str:
    """The name of a page: that of the download, else the last one in its path, with a suffix that fits its type."""
    name = _UNSAFE.sub(" ", reply.filename).strip(" .")
    if not name:
        name = last_name(reply.url)
    fitting = _SUFFIXES.get(reply.media_type, ())
    if fitting and "." in name and name.rpartition(".")[2].lower() not in fitting:
        name = f"{name}.{fitting[0]}"  # a page at /report.pdf that is HTML would be taken for a damaged PDF
    elif fitting and fitting[0] not in ("html", "pdf") and "." not in name:
        name = f"{name}.{fitting[0]}"
    return name[-_LONGEST_NAME:]


def with_charset(content: bytes, media_type: str, charset: str) -> bytes:
    """Text in the encoding that its server declares as UTF-8 with a byte order mark; everything else as it is.

    A page's own declaration wins, and valid UTF-8 is UTF-8, whatever the server says: many declare one for all files.
    """
    if not charset or not _TEXT_TYPES.match(media_type) or b"\x00" in content[:_SAMPLE]:
        return content
    if content.startswith(codecs.BOM_UTF8) or declared_charset(content):
        return content
    for encoding in ("utf-8", charset):
        try:
            text = content.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        return content if encoding == "utf-8" else codecs.BOM_UTF8 + text.encode()
    return content
