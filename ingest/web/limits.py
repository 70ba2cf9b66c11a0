"""Limits of one run over a site, and the bounded unpacking of what a server sends."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import DocumentError

MIB = 2**20
_PIECE = 1 << 16  # bytes unpacked at once
_MOST_RATIO = 200  # unpacked to sent size, as for archives: text reaches 30; a bomb far more
_SMALL = 4 * MIB  # up to this size any ratio is harmless


@dataclass(frozen=True, kw_only=True, slots=True)
class WebLimits:
    """Limits of one run over a site."""

    pages: int = 1_000  # documents read or checked
    seconds: int = 3_600  # of the whole run
    mib: int = 1_000  # that the server sends, unpacked
    page_mib: int = 100  # of one page or file
    page_seconds: int = 60  # for one page or file
    delay_seconds: float = 0.5  # between two requests; robots.txt may ask for more


def unpacked(pieces: Iterable[bytes], encoding: str, limits: WebLimits) -> bytes:
    """The body of a response, unpacked by its Content-Encoding, while it is received.

    Raises DocumentError past the size limit, for an archive bomb, a damaged body and an encoding that was not offered.
    """
    if encoding in ("", "identity"):
        return _joined(pieces, limits)
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _inflated(pieces, limits)
    raise DocumentError(f"The server packs it as {encoding}, which was not offered.", fix="Save the page as a file.")


def too_large(limits: WebLimits) -> DocumentError:
    """The error for a page or file past the size limit."""
    return DocumentError(
        f"It has more than {limits.page_mib} MiB.", fix="Raise FOREMOST_MAX_FILE_MIB or save a part of it as a file."
    )


def _joined(pieces: Iterable[bytes], limits: WebLimits) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limits.page_mib * MIB:
            raise too_large(limits)
    return bytes(body)


def _inflated(pieces: Iterable[bytes], limits: WebLimits) -> bytes:
    body, sent = bytearray(), 0
    stream = zlib.decompressobj(47)  # with the header of gzip or of zlib
    try:
        for piece in pieces:
            sent += len(piece)
            while piece:
                if stream.eof:  # several streams in a row are one body
                    stream = zlib.decompressobj(47)
                body += stream.decompress(piece, _PIECE)
                piece = stream.unconsumed_tail or stream.unused_data
                _require_harmless(len(body), sent, limits)
        body += stream.flush()
    except zlib.error as error:
        raise DocumentError("Its packed form is damaged.", fix="Try again later.") from error
    if not stream.eof and sent:
        raise DocumentError("The server ended it before its end.", fix="Try again later.")
    return bytes(body)


def _require_harmless(size: int, sent: int, limits: WebLimits) -> None:
    if size > _SMALL and size > _MOST_RATIO * sent:
        raise DocumentError(
            f"It unpacks to more than {_MOST_RATIO} times its size, as archives made to exhaust memory do.",
            fix="Leave it out with --exclude.",
        )
    if size > limits.page_mib * MIB:
        raise too_large(limits)
