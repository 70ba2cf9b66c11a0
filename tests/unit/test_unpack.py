"""Archives and mails: what is in them becomes documents of their own within bounds, or the reason why they do not."""

import bz2
import email.message
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from typing import Literal

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.limits import MIB, Limits
from ingest.load.unpack import MEMBER_SEPARATOR, unpacked
from tests.support import made_files as made

DEFAULTS = Limits()


def opened(content: bytes, name: str, limits: Limits = DEFAULTS) -> dict[str, Document | str]:
    """Path within the source ("" is itself) -> its document, or why it has none."""
    source = made.source(content, name)
    documents: dict[str, Document | str] = {}
    for item, load in unpacked(source, limits):
        path = item.uri.removeprefix(source.uri).removeprefix(MEMBER_SEPARATOR)
        assert path not in documents
        assert item.name
        try:
            documents[path] = load()
        except DocumentError as error:
            documents[path] = str(error)
    assert list(documents)[-1] == ""
    return documents


def texts(documents: Mapping[str, Document | str]) -> dict[str, str]:
    return {path: item.text if isinstance(item, Document) else f"! {item}" for path, item in documents.items()}


TarMode = Literal["w", "w:gz", "w:bz2", "w:xz"]


def tar(entries: Mapping[str, bytes], *, mode: TarMode = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


def mail(subject: str, *attached: tuple[str, bytes]) -> email.message.EmailMessage:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message.set_content(f"The text of {subject}.")
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


# ------------------------------------------------------------------------------------------------------------ archives


def test_every_file_in_a_zip_is_a_document_and_the_archive_lists_them_last() -> None:
    documents = texts(opened(made.zipped({"notes/a.txt": "first", "b.md": "# Second"}), "box.zip"))
    assert documents == {
        "notes/a.txt": "first",
        "b.md": "# Second",
        "": "box.zip holds 2 files:\n\n- notes/a.txt\n- b.md",
    }


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archives_are_read_packed_or_not_and_links_are_left_out(mode: TarMode) -> None:
    documents = opened(tar({"a.txt": b"first"}, mode=mode), "box.tar")
    assert texts(documents)["a.txt"] == "first"
    assert isinstance(documents[""], Document)
    assert documents[""].warnings == ("Links and special files in it were left out.",)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_is_a_document_under_its_own_name(pack: object) -> None:
    assert callable(pack)
    documents = texts(opened(pack(b"# Guide\n\nIt leaves at six."), "guide.md.gz"))
    assert documents["guide.md"] == "# Guide\n\nIt leaves at six."


def test_archives_within_archives_are_opened_down_to_the_nesting_limit_and_no_further() -> None:
    content = b"the core"
    for depth in range(4):
        content = made.zipped({f"level{depth}.zip" if depth else "core.txt": content})
    documents = texts(opened(content, "outer.zip", Limits(nesting=4)))
    assert documents["level3.zip!/level2.zip!/level1.zip!/core.txt"] == "the core"
    documents = texts(opened(content, "outer.zip", Limits(nesting=2)))
    assert documents["level3.zip!/level2.zip"].startswith("! It is an archive within 2 archives")
    assert "Unpack it" in texts(opened(content, "outer.zip", Limits(nesting=0)))[""]


def test_an_archive_that_contains_itself_comes_to_an_end() -> None:
    inner = made.zipped({"a.txt": "x"})
    for _ in range(20):
        inner = made.zipped({"again.zip": inner, "twice.zip": inner, "a.txt": "x"})
    documents = opened(inner, "droste.zip", Limits(nesting=3, entries=50))
    assert len(documents) <= 51


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a/./b//c.txt", "a/b/c.txt"),
        ("we\x07ird\nname.txt", "weird name.txt"),
        ("..", "unnamed"),
    ],
)
def test_a_path_that_leads_out_of_the_archive_is_a_harmless_name(path: str, expected: str) -> None:
    assert texts(opened(made.zipped({path: "text"}), "a.zip"))[expected] == "text"


def test_files_of_the_same_name_in_one_archive_are_kept_apart() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "second")
    documents = texts(opened(buffer.getvalue(), "a.zip"))
    assert (documents["a.txt"], documents["a.txt#2"]) == ("first", "second")


def test_hidden_files_in_an_archive_are_left_out_as_in_folders() -> None:
    documents = opened(made.zipped({".git/config": "x", "__MACOSX/a.txt": "x", "a.txt": "text"}), "a.zip")
    assert set(documents) == {"a.txt", ""}


def test_an_entry_without_a_name_is_left_out() -> None:
    content = made.zipped({"ab": "text", "cd.txt": "text"})
    at = content.index(b"PK\x01\x02") + 28
    content = content[:at] + b"\x00\x00\x02\x00" + content[at + 4 :]  # the name's two bytes become an extra field
    assert set(opened(content, "a.zip")) == {"cd.txt", ""}


def test_one_bad_file_does_not_keep_the_others_from_being_read() -> None:
    documents = texts(opened(made.zipped({"bad.docx": b"PK\x03\x04 broken", "good.txt": "text"}), "a.zip"))
    assert documents["bad.docx"].startswith("! It is a damaged")
    assert documents["good.txt"] == "text"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    documents = texts(opened(made.zipped({"zeros.txt": bytes(16 * MIB), "good.txt": "text"}), "bomb.zip"))
    assert documents["zeros.txt"] == (
        "! It unpacks to 16 MiB, 1028 times its size, as archives made to exhaust memory do. Leave it out; if you "
        "trust it, unpack it and ingest the files."
    )
    assert documents["good.txt"] == "text"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_of_one_packed_file_is_refused(pack: Callable[[bytes], bytes]) -> None:
    assert "archives made to exhaust memory" in texts(opened(pack(bytes(16 * MIB)), "zeros.txt.gz"))[""]


def test_more_bytes_or_files_than_the_limits_are_refused_with_the_reason() -> None:
    entries = {f"{number}.txt": str(number) * 400_000 for number in range(4)}
    documents = texts(opened(made.zipped(entries), "a.zip", Limits(unpacked_mib=1)))
    assert documents["3.txt"].startswith("! The archive unpacks to more than 1 MiB")
    first = opened(made.zipped(entries), "a.zip", Limits(entries=2))
    assert set(first) == {"0.txt", "1.txt", ""}
    assert isinstance(first[""], Document)
    assert "Only the first 2" in first[""].warnings[0]


def test_an_archive_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = tar({f"{number}.txt": b"text " * 400 for number in range(9)})
    documents = opened(whole[: len(whole) // 2], "a.tar")
    assert texts(documents)["0.txt"].startswith("text")
    line = b"".join(b"line %d of the log\n" % number for number in range(200_000))
    packed = gzip.compress(line)
    documents = opened(packed[: len(packed) // 2], "log.txt.gz")
    assert texts(documents)["log.txt"].startswith("line 0 of the log\nline 1 ")
    assert isinstance(documents[""], Document)
    assert "as far as it goes" in documents[""].warnings[0]


def test_an_encrypted_file_in_a_zip_is_refused_with_the_reason() -> None:
    content = bytearray(made.zipped({"a.txt": "secret"}))
    content[6] |= 1  # the local header's flags
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "needs a password" in texts(opened(bytes(content), "a.zip"))["a.txt"]


@pytest.mark.parametrize("name", ["AndroidManifest.xml", "META-INF/MANIFEST.MF", "Index/Document.iwa"])
def test_programs_and_formats_made_of_a_zip_are_not_taken_for_archives(name: str) -> None:
    documents = texts(opened(made.zipped({name: "x", "a.txt": "x"}), "a.bin"))
    assert set(documents) == {""}
    assert "not supported" in documents[""]


# --------------------------------------------------------------------------------------------------------------- mail


def test_attachments_of_a_mail_are_documents_and_a_mail_within_a_mail_is_opened_too() -> None:
    outer = mail("Outer", ("plan.md", b"# Plan\n\nDredge."), ("box.zip", made.zipped({"in.txt": "inside"})))
    outer.add_attachment(mail("Inner", ("deep.txt", b"deep")))
    documents = texts(opened(outer.as_bytes(), "m.eml"))
    assert documents["plan.md"] == "# Plan\n\nDredge."
    assert documents["box.zip!/in.txt"] == "inside"
    inner = next(path for path in documents if path.endswith(".eml"))
    assert "The text of Inner." in documents[inner]
    assert documents[f"{inner}!/deep.txt"] == "deep"
    assert "The text of Outer." in documents[""]
    assert "Inner" not in documents[""]


def test_pictures_that_a_mail_shows_and_signatures_are_no_documents() -> None:
    message = mail("Logo")
    message.add_attachment(b"x", maintype="image", subtype="png", cid="<logo>", filename="logo.png")
    message.add_attachment(b"x", maintype="application", subtype="pgp-signature", filename="signature.asc")
    assert set(opened(message.as_bytes(), "m.eml")) == {""}


def test_attachments_beyond_the_nesting_limit_are_named() -> None:
    documents = opened(mail("Plan", ("plan.md", b"# Plan")).as_bytes(), "m.eml", Limits(nesting=0))
    assert set(documents) == {""}
    assert isinstance(documents[""], Document)
    assert documents[""].warnings == ("Attachments were not read: plan.md. Ingest them as files of their own.",)


def test_every_mail_of_a_mailbox_is_a_document_with_its_attachments() -> None:
    first, second = mail("One", ("plan.md", b"# Plan")), mail("Two")
    mailbox = b"".join(b"From a@b Thu Nov 12\n" + message.as_bytes() + b"\n" for message in (first, second))
    documents = opened(mailbox, "old.mbox")
    assert set(documents) == {"mail 1.eml!/plan.md", "mail 1.eml", "mail 2.eml", ""}
    assert isinstance(documents["mail 2.eml"], Document)
    assert documents["mail 2.eml"].title == "Two"
    assert texts(documents)[""] == "old.mbox holds 2 mails:\n\n- mail 1.eml\n- mail 2.eml"
