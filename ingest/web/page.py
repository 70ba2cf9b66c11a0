"""A server's reply goes in, a Source comes out, with a name that fits its content, and text in a known encoding."""

import codecs
import hashlib
import re
from collections.abc import Mapping

from app.core.domain import Source
from app.core.errors import DocumentError
from ingest.load import kinds
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
    "flv css js mjs map woff woff2 ttf otf eot exe msi dmg pkg deb rpm apk iso img jar war whl torrent swf ics "
    "vcf".split()
)
# By declared type: a text of that kind, its media type when it is recognised, the suffix by which it is.
_NAMED_KINDS: Mapping[str, tuple[str, str, str]] = {
    "text/html": ("<html>", kinds.HTML, "html"),
    "application/xhtml+xml": ("<html>", kinds.HTML, "html"),
    "text/csv": ("a,b", kinds.CSV, "csv"),
    "text/tab-separated-values": ("a\tb", kinds.CSV, "tsv"),
    "text/markdown": ("a", kinds.MARKDOWN, "md"),
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
    """The name of a page: that of the download, else the last one in its path.

    A suffix is added where the name would mislead: a page at /report.pdf that is HTML, a table at /export.
    """
    name = (_UNSAFE.sub(" ", reply.filename).strip(" .") or last_name(reply.url))[-_LONGEST_NAME:]
    if reply.media_type in _NAMED_KINDS:
        sample, kind, suffix = _NAMED_KINDS[reply.media_type]
        try:
            fits = kinds.container_kind(sample.encode(), name) is None and kinds.text_kind(sample, name) == kind
        except DocumentError:
            fits = False
        return name if fits else f"{name}.{suffix}"
    return name


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
