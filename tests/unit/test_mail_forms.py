"""Mails in every form: of alternatives the one that says more is read, and what cannot be read is named."""

import email.message
import email.policy
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.load.unpack import MEMBER_SEPARATOR, unpacked
from tests.support import made_files as made
from tests.support.census_mail import tnef
from tests.support.outlook_file import Attached, outlook_message

STUB = "This is an HTML message. View it in your browser: https://example.org/very/long/address?with=parameters\n"
LONG = "The ferry to the isle leaves at six in the morning, and again at noon; dogs travel free on every crossing."
TABLE = "<table><tr><th>Route<th>Fare</tr><tr><td>Isle<td>2.50</tr><tr><td>Coast<td>3.00</tr></table>"


def opened(content: bytes | email.message.EmailMessage, name: str = "m.eml") -> dict[str, Document | str]:
    """Path within the mail ("" is itself) -> its document, or why it has none."""
    source = made.source(content if isinstance(content, bytes) else content.as_bytes(), name)
    documents: dict[str, Document | str] = {}
    for item, load in unpacked(source, Limits(ocr_seconds=0)):
        path = item.uri.removeprefix(source.uri).removeprefix(MEMBER_SEPARATOR)
        try:
            documents[path] = load()
        except DocumentError as error:
            documents[path] = str(error)
    return documents


def own(content: bytes | email.message.EmailMessage, name: str = "m.eml") -> Document:
    document = opened(content, name)[""]
    assert isinstance(document, Document), document
    return document


def mail(*parts: tuple[str, str], kind: str = "alternative") -> email.message.EmailMessage:
    """A mail with parts of (subtype of text, content)."""
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Crossing"
    getattr(message, f"make_{kind}")()
    for subtype, text in parts:
        part = email.message.EmailMessage()
        part.set_content(text, subtype=subtype)
        message.attach(part)
    return message


def raw(body: str, content_type: str) -> bytes:
    head = (
        f"From: a@example.org\nTo: b@example.org\nSubject: Crossing\nMIME-Version: 1.0\nContent-Type: {content_type}\n"
    )
    return f"{head}\n{body}".encode()


# ------------------------------------------------------------------------------------------------------ alternatives


@pytest.mark.parametrize(
    ("plain", "html", "held", "absent"),
    [
        (STUB, f"<p>{LONG}</p>", "dogs travel free", "View it"),
        (LONG, "<p></p>", "dogs travel free", "<p>"),
        (LONG, "<p>Please enable images.</p>", "dogs travel free", "enable"),
        ("", f"<p>{LONG}</p>", "dogs travel free", "<p>"),
        (LONG, f"<p>{LONG}</p><p>Bookings close on Friday at noon sharp.</p>", "close on Friday", "<p>"),
        ("Route Fare\nIsle 2.50\nCoast 3.00\n", TABLE, "Isle | 2.50", "Route Fare"),
        ("Hallo, bitte im Browser ansehen.\n", "<p>Die Fähre legt um sechs Uhr ab.</p>", "um sechs", "Browser"),
    ],
)
def test_of_two_forms_the_one_that_says_more_is_read(plain: str, html: str, held: str, absent: str) -> None:
    text = own(mail(("plain", plain), ("html", html))).text
    assert held in text
    assert absent not in text


def test_words_that_stand_in_the_other_form_only_are_counted() -> None:
    document = own(mail(("plain", STUB), ("html", f"<p>{LONG}</p>")))
    assert document.warnings == ("9 words stand in its plain text only, which was left out for its HTML text.",)
    assert own(mail(("plain", LONG), ("html", f"<p>{LONG}</p>"))).warnings == ()


def test_a_date_that_stands_in_the_calendar_only_is_read_with_the_text() -> None:
    calendar = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Crossing\nLOCATION:Pier 4\nDTSTART:20260304T090000Z\nEND:VEVENT\n"
    )
    text = own(mail(("plain", LONG), ("html", f"<p>{LONG}</p>"), ("calendar", calendar + "END:VCALENDAR\n"))).text
    assert "dogs travel free" in text
    assert "Location: Pier 4" in text
    assert "Start: 2026-03-04 09:00 UTC" in text


def test_parts_that_follow_one_another_are_all_read_and_none_twice() -> None:
    text = own(mail(("plain", "A line before."), ("html", f"<p>{LONG}</p>"), ("plain", "The end."), kind="mixed")).text
    assert text.index("A line before.") < text.index("dogs travel free") < text.index("The end.")
    doubled = own(mail(("plain", LONG), ("html", f"<p>{LONG}</p>"), kind="mixed")).text
    assert doubled.count("dogs travel free") == 1


def test_rich_text_within_a_mail_is_read() -> None:
    text = own(
        mail(("rtf", r"{\rtf1\ansi The rich words.\par}"), ("enriched", "<bold>bold</bold> words"), kind="mixed")
    ).text
    assert "The rich words." in text
    assert "bold words" in text


# ----------------------------------------------------------------------------------------- encrypted, signed, reports


def test_an_encrypted_mail_is_told_as_encrypted_and_found_by_its_subject() -> None:
    enveloped = raw(
        "MIAGCSqGSIb3DQEHA6CAMIACAQA=\n", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    )
    boxed = 'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b'
    pgp = raw(
        "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream; "
        "name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n--b--\n",
        boxed,
    )
    inline = raw("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", "text/plain")
    for content, name in ((enveloped, "S/MIME"), (pgp, "PGP"), (inline, "PGP")):
        documents = opened(content.replace(b"\n\nMIAG", b"\nContent-Transfer-Encoding: base64\n\nMIAG"))
        assert set(documents) == {""}
        document = documents[""]
        assert isinstance(document, Document)
        assert document.title == "Crossing"
        assert "BEGIN" not in document.text
        assert document.warnings == (
            f"Its text is encrypted ({name}) and was not read: save a copy without encryption.",
        )


def der(kind: int, content: bytes, *, indefinite: bool = False) -> bytes:
    if indefinite:
        return bytes([kind, 0x80]) + content + b"\x00\x00"
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([kind]) + length + content


@pytest.mark.parametrize("indefinite", [False, True])
def test_the_mail_inside_a_signature_that_wraps_it_is_read(indefinite: bool) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe signed words are here.\r\n"
    string = der(0x04, inner)
    if indefinite:
        string = der(0x24, der(0x04, inner[:20]) + der(0x04, inner[20:]), indefinite=True)
    data = bytes.fromhex("06092a864886f70d010701") + der(0xA0, string, indefinite=indefinite)
    signed = bytes.fromhex("06092a864886f70d010702") + der(0xA0, der(0x30, der(0x02, b"\x01") + der(0x30, data)))
    message = email.message.EmailMessage()
    message["From"], message["Subject"] = "a@example.org", "Crossing"
    message.set_content(der(0x30, signed), maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    message.replace_header("Content-Type", 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"')
    document = own(message)
    assert document.title == "Crossing"
    assert "The signed words are here." in document.text
    assert set(opened(message)) == {""}


def test_why_a_mail_was_not_delivered_is_read() -> None:
    report = raw(
        "--b\nContent-Type: text/plain\n\nYour mail came back.\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; example.org\n\nFinal-Recipient: rfc822; c@example.org\n"
        "Diagnostic-Code: smtp; 550 mailbox full\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: a@example.org\nTo: c@example.org\nSubject: Original\n\n"
        "Hello.\n--b--\n",
        "multipart/report; boundary=b",
    )
    documents = opened(report)
    document = documents[""]
    assert isinstance(document, Document)
    assert "Diagnostic-Code: smtp; 550 mailbox full" in document.text
    assert set(documents) == {"mail 3.eml", ""}


# -------------------------------------------------------------------------------------------------------- attachments


def test_a_file_without_a_name_is_an_attachment_too() -> None:
    message = mail(("plain", LONG), kind="mixed")
    part = email.message.EmailMessage()
    part.set_content(made.pdf([["Words of the page."]]), maintype="application", subtype="pdf")
    del part["Content-Disposition"]
    message.attach(part)
    documents = opened(message)
    (path,) = set(documents) - {""}
    assert path.endswith(".pdf")
    attached = documents[path]
    assert isinstance(attached, Document)
    assert attached.text == "Words of the page."


def test_text_for_programs_is_neither_text_of_the_mail_nor_attached() -> None:
    page = raw(
        "--b\nContent-Type: text/html\n\n<p>The saved page.</p>\n--b\nContent-Type: text/css\n\np {color: red}\n"
        "--b\nContent-Type: text/csv\n\nRoute,Fare\nIsle,2.50\nCoast,3\n--b--\n",
        'multipart/related; type="text/html"; boundary=b',
    )
    documents = opened(page, "page.mht")
    (path,) = set(documents) - {""}
    assert path.endswith(".csv")
    document = documents[""]
    assert isinstance(document, Document)
    assert document.text.endswith("The saved page.")


def test_a_large_picture_within_the_text_is_named_and_a_logo_is_not() -> None:
    message = mail(("plain", LONG), kind="mixed")
    message.add_attachment(bytes(60_000), maintype="image", subtype="png", cid="<a>", filename="screen.png")
    message.add_attachment(bytes(2_000), maintype="image", subtype="png", cid="<b>", filename="logo.png")
    assert own(message).warnings == ("1 large picture within the text could not be read.",)


def test_parts_nested_without_end_come_to_an_end() -> None:
    depth = 300
    opening = "".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(depth))
    body = opening + f"--b{depth}\nContent-Type: text/plain\n\nthe core\n"
    document = own(raw(body, "multipart/mixed; boundary=b0"))
    assert "the core" in document.text or "deep were not read" in document.warnings[0]


# ------------------------------------------------------------------------------------------------------------ Outlook


def test_what_outlook_packs_as_winmail_is_read() -> None:
    documents = opened(tnef("Subject", "The packed text.", "plan.txt", b"The packed file."), "winmail.dat")
    document, attached = documents[""], documents["plan.txt"]
    assert isinstance(document, Document)
    assert isinstance(attached, Document)
    assert document.text == "# Subject\n\nThe packed text."
    assert attached.text == "The packed file."


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_winmail_cut_off_is_read_as_far_as_it_goes(cut: int) -> None:
    content = tnef("Subject", "The packed text.", "plan.txt", b"The packed file.")
    document = own(content[: max(len(content) - cut, 6)], "winmail.dat")
    assert document.media_type == "application/vnd.ms-tnef"


@pytest.mark.parametrize(
    ("plain", "html", "rich", "held"),
    [
        (STUB, f"<p>{LONG}</p>", "", "dogs travel free"),
        (LONG, "", r"{\rtf1\ansi stub\par}", "dogs travel free"),
        ("", "", r"{\rtf1\ansi The rich words.\par}", "The rich words."),
        (
            "",
            "",
            r"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}The wrapped words.{\*\htmltag72 </p>}}",
            "The wrapped words.",
        ),
    ],
)
def test_of_the_forms_of_an_outlook_message_the_one_that_says_more_is_read(
    plain: str, html: str, rich: str, held: str
) -> None:
    document = own(outlook_message("Crossing", plain, html=html, rich=rich), "m.msg")
    assert held in document.text


def test_a_message_attached_to_an_outlook_message_is_a_mail_of_its_own() -> None:
    content = outlook_message(
        "Outer", "Outside.", messages=[Attached(subject="Fähre", body="Inside: it leaves at six.")]
    )
    documents = opened(content, "m.msg")
    inner = documents["Fähre.eml"]
    assert isinstance(inner, Document)
    assert inner.title == "Fähre"
    assert "Inside: it leaves at six." in inner.text


def test_an_outlook_message_names_its_people() -> None:
    fields = {0x0C1A: "Jörg Rask", 0x0C1F: "joerg@example.org", 0x0E04: "Ann; Ben", 0x0E03: "Cleo"}
    text = own(outlook_message("Crossing", "Words.", fields=fields), "m.msg").text
    assert "From: Jörg Rask <joerg@example.org>" in text
    assert "To: Ann; Ben" in text
    assert "Cc: Cleo" in text


@contextmanager
def ending(seconds: int) -> Iterator[None]:
    """Interrupts what would never end."""

    def interrupt(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def test_a_damaged_header_of_an_attached_mail_is_not_folded_for_ever() -> None:
    """The email package tries to fold a parameter whose name is longer than a line, without end."""
    inner = f"From: c@example.org\nSubject: Inner\nContent-Type: text/plain; char{'--b' * 90}set=utf-8\n\n{LONG}\n"
    outer = (
        "From: a@example.org\nSubject: Outer\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=cut\n\n"
        f"--cut\nContent-Type: text/plain\n\nSee below.\n--cut\nContent-Type: message/rfc822\n\n{inner}\n--cut--\n"
    )
    with ending(20):
        documents = opened(outer.encode())
    (attached,) = (document for path, document in documents.items() if path)
    assert isinstance(attached, Document)
    assert LONG in attached.text
