"""Loader of Outlook messages (.msg), with their attachments."""

import codecs
import contextlib
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ingest.load import kinds
from ingest.load.decode import decode
from ingest.load.extracted import Extracted, unmarked
from ingest.load.html_text import html_text
from ingest.load.mail import Attachment, extracted_mail

_NOT_A_FILE = (ValueError, LookupError, AssertionError)  # raised by the parser for a link or an embedded object
_SUBJECT_OF_BYTES = "__substg1.0_0037001E".encode("utf-16-le")  # a Unicode subject has type 001F
_LATIN_9 = "iso-8859-15"
_WINDOWS = re.compile(r"windows[-_](\d{3,4})")


def _code_page(name: str) -> codecs.CodecInfo | None:
    """A codec search function: Outlook names cp950 windows-950, and others alike."""
    match = _WINDOWS.fullmatch(name)
    return codecs.lookup(f"cp{match.group(1)}") if match else None


codecs.register(_code_page)


def load_outlook(content: bytes) -> Extracted:
    """One message: subject, From, To and Date, then its text."""
    message = _open(content)
    body = unmarked(message.body or "")
    if not body.strip():
        body = html_text(message.html_body or "")[0]
    recipients = (f"{person.name or ''} <{person.email_address}>".strip() for person in message.recipients)
    code_page = message.properties.body_encoding if _SUBJECT_OF_BYTES in content else None
    sent = message.sent_date
    fields = {
        "From": _line(message.sender or "", code_page),
        "To": _line(", ".join(recipients), code_page),
        "Date": sent.strftime("%Y-%m-%d %H:%M %Z") if sent else "",
    }
    return extracted_mail(_line(message.subject, code_page), fields, body, kinds.OUTLOOK)


def outlook_attachments(content: bytes) -> Iterator[Attachment]:
    """The files attached to a message; embedded objects and links are left out."""
    for number, attachment in enumerate(_open(content).attachments, start=1):
        try:
            name, data = attachment.file_name, attachment.file_bytes
        except _NOT_A_FILE:
            continue
        if data:
            yield Attachment(name=_line(name or "") or f"attachment {number}", content=data)


@lru_cache(maxsize=1)  # a message is read for its attachments, then for its text
def _open(content: bytes) -> Any:
    from oxmsg import Message  # noqa: PLC0415  # needed by this format only

    return Message.load(io.BytesIO(content))


def _line(text: str, code_page: str | None = None) -> str:
    """The text on one line. code_page: of a text that the parser has decoded as Latin-9, as it does with all bytes."""
    if code_page and not text.isascii():
        with contextlib.suppress(UnicodeEncodeError):
            text = decode(text.encode(_LATIN_9), declared=code_page)[0]
    return unmarked(" ".join(text.replace("\x00", "").split()))
