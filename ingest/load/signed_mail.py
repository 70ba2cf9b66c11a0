"""Mails that are encrypted, or wrapped in an S/MIME signature that holds their content."""

from email.message import EmailMessage

_DATA = bytes.fromhex("06092a864886f70d010701")  # object identifiers of PKCS #7: data, enveloped data
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
_HEAD = 100  # bytes in which the kind of a PKCS #7 message stands
_WRAPPER, _OCTETS, _OCTETS_IN_PARTS = 0xA0, 0x04, 0x24
_WRAPPED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
PGP_MESSAGE = b"-----BEGIN PGP MESSAGE-----"
_PGP_HEAD = 2_000  # bytes of a text in which such a message begins


def encrypted_by(part: EmailMessage) -> str:
    """What a part of a mail is encrypted by; empty when it is not."""
    kind = part.get_content_type()
    if kind in _WRAPPED:
        enveloped = "enveloped" in str(part.get_param("smime-type")).lower()
        return "S/MIME" if enveloped or _ENVELOPED in _bytes(part)[:_HEAD] else ""
    is_pgp = kind == "multipart/encrypted" or (kind == "text/plain" and PGP_MESSAGE in _bytes(part)[:_PGP_HEAD])
    return "PGP" if is_pgp else ""


def signed_content(message: EmailMessage) -> bytes | None:
    """The mail inside a signature that wraps it; None for other mails."""
    if message.get_content_type() not in _WRAPPED or encrypted_by(message):
        return None
    data = _bytes(message)
    start = data.find(_DATA)
    return _octets(data, start + len(_DATA)) if start >= 0 else None


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _octets(data: bytes, position: int) -> bytes | None:
    """The octet string at a position, wrapped once, in one piece or in several; None when there is none."""
    wrapped = _element(data, position)
    string = _element(data, wrapped[1]) if wrapped and wrapped[0] == _WRAPPER else None
    if string is None:
        return None
    kind, start, end = string
    if kind == _OCTETS:
        return data[start:end]
    pieces = []
    while kind == _OCTETS_IN_PARTS and start < end and (piece := _element(data, start)) and piece[0] == _OCTETS:
        pieces.append(data[piece[1] : piece[2]])
        start = piece[2]
    return b"".join(pieces) or None


def _element(data: bytes, position: int) -> tuple[int, int, int] | None:
    """(type, start, end) of the element at a position; an element of unknown length ends with the data."""
    if position + 2 > len(data):
        return None
    kind, length = data[position], data[position + 1]
    start = position + 2
    if length < 128:
        return kind, start, start + length
    size = length & 127
    if not size:
        return kind, start, len(data)
    return kind, start + size, start + size + int.from_bytes(data[start : start + size], "big")
