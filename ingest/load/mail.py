"""Loader of mails, with their attachments, and of mailboxes."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache

from ingest.load import kinds
from ingest.load.decode import decode
from ingest.load.extracted import Builder, Extracted, heading_mark, unmarked
from ingest.load.html_text import html_text

_SEPARATOR = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
_MAX_PARTS = 1_000
_SIGNATURES = frozenset(
    "application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature application/pgp-keys".split()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file attached to a mail."""

    name: str
    content: bytes


def load_mail(content: bytes) -> Extracted:
    """One mail: subject, From, To, Cc and Date, then its text."""
    message = _parse(content)
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in _parts(message):
        if not _is_attachment(part) and part.get_content_type() in texts:
            texts[part.get_content_type()].append(_body(part))
    body = "\n\n".join(texts["text/plain"]) or "\n\n".join(html_text(markup)[0] for markup in texts["text/html"])
    fields = {name: _header(message, name) for name in ("From", "To", "Cc", "Date")}
    return extracted_mail(_header(message, "Subject"), fields, body, kinds.MAIL)


def extracted_mail(subject: str, fields: dict[str, str], body: str, media_type: str) -> Extracted:
    """Subject, header fields and body as Extracted; body may hold heading marks."""
    lines = [heading_mark(1) + "# " + subject] if subject else []
    lines += [f"{name}: {value}" for name, value in fields.items() if value]
    builder = Builder()
    builder.add("\n".join(lines) + "\n\n" + body)
    return Extracted(
        text=builder.text(),
        media_type=media_type,
        title=subject,
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
    )


def attachments(content: bytes) -> Iterator[Attachment]:
    """The files attached to a mail, without signatures and inline pictures."""
    for number, part in enumerate(_parts(_parse(content)), start=1):
        kind = part.get_content_type()
        inline = bool(part["Content-ID"]) or part.get_content_disposition() == "inline"
        picture = part.get_content_maintype() == "image"
        if kind in _SIGNATURES or (picture and inline) or not _is_attachment(part):
            continue
        name = " ".join(unmarked(str(part.get_filename() or "")).split())
        if kind == "message/rfc822":
            yield Attachment(name=name or f"mail {number}.eml", content=_attached_mail(part))
        else:
            yield Attachment(name=name or f"part {number}", content=_payload(part))


def mails(content: bytes) -> Iterator[bytes]:
    """The mails of a mailbox."""
    content = content.replace(b"\r\n", b"\n")
    starts = [match.end() for match in _SEPARATOR.finditer(content)]
    ends = [*(match.start() for match in _SEPARATOR.finditer(content)), len(content)][1:]
    for start, end in zip(starts, ends, strict=True):
        yield content[start:end]


@lru_cache(maxsize=1)  # a mail is read for its attachments, then for its text
def _parse(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # the class that this policy makes
    return message


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The leaves of a mail's tree of parts, in order; an attached mail is a leaf."""
    stack, seen = [message], 0
    while stack and seen < _MAX_PARTS:
        part = stack.pop()
        seen += 1
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_type() != "message/rfc822":
            stack += [child for child in reversed(inner) if isinstance(child, EmailMessage)]
        else:
            yield part


def _is_attachment(part: EmailMessage) -> bool:
    named = bool(part.get_filename()) or part.get_content_disposition() == "attachment"
    return named or part.get_content_type() == "message/rfc822"


def _attached_mail(part: EmailMessage) -> bytes:
    inner = part.get_payload()
    return inner[0].as_bytes() if isinstance(inner, list) and inner else b""  # type: ignore[union-attr]


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message[name]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):  # raised for malformed headers
        return ""
    return unmarked(" ".join(str(value or "").split()))


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else str(payload or "").encode("utf-8", "replace")


def _body(part: EmailMessage) -> str:
    text, _ = decode(_payload(part), declared=part.get_content_charset())
    return unmarked(text) if part.get_content_type() == "text/plain" else text
