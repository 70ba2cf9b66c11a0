"""Encrypted files of every container are told as encrypted, not as damaged."""

import io
import zipfile

import pytest

from app.core.errors import DocumentError
from ingest.load import load
from ingest.load.limits import Limits
from ingest.load.unpack import unpacked
from tests.support import made_files as made
from tests.support.census_marks import zipped_in_order
from tests.support.compound_file import compound_file

MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
LOCKED_ENTRY = (
    f'<manifest:manifest xmlns:manifest="{MANIFEST}"><manifest:file-entry manifest:full-path="content.xml">'
    '<manifest:encryption-data manifest:checksum="x"/></manifest:file-entry></manifest:manifest>'
)


def book(algorithm: str, *, rights: str = "") -> bytes:
    encryption = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><enc:EncryptedData '
        f'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptionMethod Algorithm="{algorithm}"/>'
        "</enc:EncryptedData></encryption>"
    )
    plain = made.epub(["<p>Words.</p>"], title="Novel")
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        entries: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    entries["META-INF/encryption.xml"] = encryption
    if rights:
        entries[f"META-INF/{rights}"] = "<x/>"
    return zipped_in_order(entries)


AES = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
REFUSED = {
    "an OpenDocument text": (
        "a.odt",
        zipped_in_order(
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "content.xml": bytes(range(256)),
                "META-INF/manifest.xml": LOCKED_ENTRY,
            }
        ),
        "encrypted and needs a password",
    ),
    "a whole OpenDocument package": (
        "a.ods",
        zipped_in_order({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "encrypted-package": b"x"}),
        "encrypted and needs a password",
    ),
    "an e-book with copy protection": ("a.epub", book(AES, rights="license.lcpl"), "encrypted by copy protection"),
    "an e-book without a licence": ("a.epub", book(AES), "It is encrypted"),
    "an Office file": ("a.xlsx", compound_file({"EncryptedPackage": bytes(99)}), "encrypted and needs a password"),
    "an Office file with restricted rights": (
        "a.doc",
        compound_file({"\x09DRMContent": bytes(99)}),
        "rights management",
    ),
    "a PDF": ("a.pdf", made.pdf([["secret"]], locked=True), "encrypted and needs a password"),
    "a PGP message": ("a.asc", b"-----BEGIN PGP MESSAGE-----\n\nabc\n", "encrypted by PGP"),
    "a PGP file": ("a.txt.gpg", b"\x8c\x0d\x04\x09\x03\x02" + bytes(range(200)), "encrypted by PGP"),
    "an age file": ("a.txt", b"age-encryption.org/v1\n-> X25519 abc\n", "encrypted by age"),
    "an OpenSSL file": ("a.txt", b"Salted__" + bytes(range(60)), "encrypted by OpenSSL"),
    "a protected message": ("message.rpmsg", b"\x76\xe8\x04\x60\xc4\x11\xe3\x86" + bytes(20), "rights management"),
    "a RAR 5 archive": ("a.rar", b"Rar!\x1a\x07\x01\x00" + bytes(4) + b"\x21\x04" + bytes(20), "an encrypted archive"),
    "a RAR 4 archive": ("a.rar", b"Rar!\x1a\x07\x00\x00\x00\x73\x80\x00" + bytes(20), "an encrypted archive"),
    "a 7-Zip archive": (
        "a.7z",
        b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(4) + (5).to_bytes(8, "little") + (12).to_bytes(8, "little") + bytes(4)
        + b"12345" + b"\x17\x06\x01\x24\x06\xf1\x07\x01" + bytes(4),
        "an encrypted archive",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_told_as_encrypted(what: str) -> None:
    name, content, words = REFUSED[what]
    with pytest.raises(DocumentError, match=words):
        load(made.source(content, name))
    (item,) = unpacked(made.source(content, name), Limits())
    with pytest.raises(DocumentError, match=words):
        item[1]()


def test_an_e_book_whose_fonts_alone_are_hidden_is_read() -> None:
    document = load(made.source(book("http://www.idpf.org/2008/embedding"), "a.epub"))
    assert document.text == "Words."


@pytest.mark.parametrize("start", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"])
def test_an_archive_that_is_not_opened_and_not_encrypted_is_named(start: bytes) -> None:
    with pytest.raises(DocumentError, match=r"a (7-Zip|RAR) archive, which is not supported"):
        load(made.source(start + bytes(40), "a"))


def test_a_text_that_speaks_of_encryption_is_read() -> None:
    text = "A message starts with -----BEGIN PGP MESSAGE----- and so on."
    assert load(made.source(text, "a.txt")).text == text
