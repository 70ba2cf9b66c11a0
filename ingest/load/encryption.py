"""Recognises files that are encrypted or locked, whatever their container, so that the reason is what people read."""

import re
import struct
import zipfile

from app.core.errors import DocumentError
from ingest.load.compound import Compound

_LARGEST = 4 * 2**20  # bytes of a manifest
_ALGORITHM = re.compile(rb"""<(?:\w+:)?EncryptionMethod\b[^>]*\bAlgorithm\s*=\s*["']([^"']*)["']""")
_HIDDEN_FONTS = (b"http://www.idpf.org/2008/embedding", b"http://ns.adobe.com/pdf/enc#RC")  # no encryption of text
_OPEN_DOCUMENT_KEY = re.compile(rb"<(?:\w+:)?encryption-data\b")
_BOOK_RIGHTS = ("META-INF/license.lcpl", "META-INF/rights.xml", "META-INF/sinf.xml")
_FILE_PASS = 0x002F  # a record of an Excel 97 workbook
_RECORDS_AHEAD = 20  # in which it stands
_ENCRYPTED_POWERPOINT = 0xF3D1C4DF  # in the stream of the current user
_RIGHTS = "\x09DRMContent"

# (first bytes, what it is)
ENCRYPTED_STARTS = (
    (b"-----BEGIN PGP MESSAGE-----", "It is encrypted by PGP."),
    (b"age-encryption.org/v1", "It is encrypted by age."),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "It is encrypted by age."),
    (b"Salted__", "It is encrypted by OpenSSL."),
    (b"\x76\xe8\x04\x60\xc4\x11\xe3\x86", "It is encrypted by rights management."),
    (b"\x03\xd9\xa2\x9a", "It is an encrypted password database."),
    (b"LUKS\xba\xbe", "It is an encrypted disk."),
)


def encrypted() -> DocumentError:
    """The error for a file that needs a password."""
    return DocumentError("It is encrypted and needs a password.", fix="Save a copy without one.")


def refuse_encrypted_zip(archive: zipfile.ZipFile) -> None:
    """Raise DocumentError for an OpenDocument file with a password and an e-book with copy protection."""
    names = set(archive.namelist())
    if _OPEN_DOCUMENT_KEY.search(_entry(archive, "META-INF/manifest.xml")) or "encrypted-package" in names:
        raise encrypted()
    algorithms = _ALGORITHM.findall(_entry(archive, "META-INF/encryption.xml"))
    if any(algorithm not in _HIDDEN_FONTS for algorithm in algorithms):
        rights = " by copy protection" if names & set(_BOOK_RIGHTS) else ""
        raise DocumentError(f"It is encrypted{rights}.", fix="Get a copy without it.")


def refuse_encrypted_compound(compound: Compound) -> None:
    """Raise DocumentError for an Office file with a password or with restricted rights."""
    streams = compound.names()
    if _RIGHTS in streams or ("\x06DataSpaces" in streams and "EncryptedPackage" not in streams):
        raise DocumentError("It is encrypted by rights management.", fix="Save a copy without restrictions.")
    locked = (
        "EncryptedPackage" in streams
        or _locked_word(compound.read("WordDocument"))
        or _locked_excel(compound.read("Workbook") or compound.read("Book"))
        or _locked_powerpoint(compound.read("Current User"))
    )
    if locked:
        raise encrypted()


def is_encrypted_archive(content: bytes) -> bool:
    """Whether the list of a 7-Zip or RAR archive's entries is encrypted, or its first entry is."""
    if content.startswith(b"Rar!\x1a\x07\x01\x00"):
        return content[13:14] == b"\x04"  # the first header is one of encryption
    if content.startswith(b"Rar!\x1a\x07\x00"):
        flags = int.from_bytes(content[10:12], "little")
        first = int.from_bytes(content[23:25], "little") if content[22:23] == b"\x74" else 0
        return bool(flags & 0x0080 or first & 0x0004)
    if content.startswith(b"7z\xbc\xaf\x27\x1c"):
        offset, size = struct.unpack_from("<QQ", content.ljust(32, b"\x00"), 12)
        return b"\x06\xf1\x07\x01" in content[32 + offset : 32 + offset + min(size, _LARGEST)]  # the method AES
    return False


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return b""
    return archive.read(info) if info.file_size <= _LARGEST and not info.flag_bits & 1 else b""


def _locked_word(stream: bytes) -> bool:
    return len(stream) > 12 and bool(int.from_bytes(stream[10:12], "little") & 0x0100)


def _locked_excel(stream: bytes) -> bool:
    position = 0
    for _ in range(_RECORDS_AHEAD):
        if position + 4 > len(stream):
            return False
        kind, length = struct.unpack_from("<HH", stream, position)
        if kind == _FILE_PASS:
            return True
        position += 4 + length
    return False


def _locked_powerpoint(stream: bytes) -> bool:
    return len(stream) >= 16 and int.from_bytes(stream[12:16], "little") == _ENCRYPTED_POWERPOINT
