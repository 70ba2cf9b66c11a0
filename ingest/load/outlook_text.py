"""An Outlook message in parts goes in, from whatever file; its text comes out, or a mail with the same content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from ingest.load.attached import Attachment
from ingest.load.decode import decode
from ingest.load.extracted import Extracted, unmarked
from ingest.load.forms import Form, richest
from ingest.load.html_text import html_content
from ingest.load.limits import MIB
from ingest.load.mail_text import extracted_mail
from ingest.load.rich_text import RichText
from ingest.load.rich_text_html import decompressed, unwrapped_html, wraps_html

_LARGEST_RICH_TEXT = 20 * MIB  # unpacked


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlookMessage:
    """A message."""

    subject: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)  # From, To, Cc, Date
    plain: str = ""
    html: str = ""
    rich: bytes = b""  # Rich Text in Outlook's compressed form
    attachments: tuple[Attachment, ...] = ()


def extracted_message(message: OutlookMessage, media_type: str) -> Extracted:
    """The message as a document: subject and fields, then the form of its text that says more."""
    forms = [Form("plain text", unmarked(message.plain))]
    pages = [(name, html_content(markup)) for name, markup in _markups(message)]
    forms += [Form(name, page.text, page.warnings) for name, page in pages]
    body, warnings = richest(forms)
    return extracted_mail(message.subject, message.fields, body, media_type, warnings)


def as_mail(message: OutlookMessage) -> bytes:
    """The message as the bytes of a mail, so that it can stand as a file of its own."""
    mail = MIMEMultipart("mixed")
    for name, value in {"Subject": message.subject, **message.fields}.items():
        mail[name] = Header(value, "utf-8", header_name=name).encode(linesep="")
    texts = MIMEMultipart("alternative")
    texts.attach(MIMEText(_encodable(message.plain), "plain", "utf-8"))
    for _, markup in _markups(message):
        texts.attach(MIMEText(_encodable(markup), "html", "utf-8"))
    mail.attach(texts)
    for attachment in message.attachments:
        part = MIMEApplication(attachment.content)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", attachment.name))
        mail.attach(part)
    return mail.as_bytes()


def one_line(text: str) -> str:
    """The text on one line."""
    return unmarked(" ".join(text.replace("\x00", "").split()))


def code_page_name(number: int | None) -> str | None:
    """Python's name of a Windows code page."""
    if not number:
        return None
    known = {65000: "utf-7", 65001: "utf-8", 1200: "utf-16-le", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u"}
    if 28591 <= number <= 28605:
        return f"iso-8859-{number - 28590}"
    if number in (50220, 50221, 50222):
        return "iso2022_jp"
    return {**known, 51932: "euc_jp", 51949: "euc_kr", 54936: "gb18030"}.get(number, f"cp{number}")


def decoded(data: bytes, code_page: int | None) -> str:
    """Text in a Windows code page, or in whatever encoding it turns out to have."""
    return decode(data, declared=code_page_name(code_page))[0] if data.strip(b"\x00 \r\n") else ""


def _markups(message: OutlookMessage) -> list[tuple[str, str]]:
    """(name, markup) of the forms other than plain text."""
    markups = [("HTML text", message.html)] if message.html.strip() else []
    rich = decompressed(message.rich, most=_LARGEST_RICH_TEXT)
    if rich:
        markups.append(("rich text", unwrapped_html(rich) if wraps_html(rich) else RichText(rich).html()))
    return markups


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
