"""Mails and mailboxes become drafts."""

import email
import email.policy
import re
from email.message import EmailMessage

from ingest.load import kinds
from ingest.load.decode import decode
from ingest.load.draft import Builder, Draft, heading_mark, unmarked
from ingest.load.html_text import html_text

_SEPARATOR = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
_MAX_PARTS = 1_000
_MAX_MAILS = 100_000


def load_mail(content: bytes) -> Draft:
    """One mail: who, to whom, when and about what, then its text; attachments are named in a warning."""
    builder = Builder()
    attachments: list[str] = []
    subject = _add(builder, _parse(content), attachments)
    return Draft(
        text=builder.text(),
        media_type=kinds.MAIL,
        title=subject,
        headings=tuple(builder.headings),
        warnings=_warnings(attachments),
    )


def load_mailbox(content: bytes) -> Draft:
    """The mails of a mailbox one after the other, each under its subject."""
    builder = Builder()
    attachments: list[str] = []
    content = content.replace(b"\r\n", b"\n")
    starts = [match.end() for match in _SEPARATOR.finditer(content)]
    ends = [*(match.start() for match in _SEPARATOR.finditer(content)), len(content)][1:]
    for start, end in list(zip(starts, ends, strict=True))[:_MAX_MAILS]:
        _add(builder, _parse(content[start:end]), attachments)
    return Draft(
        text=builder.text(),
        media_type=kinds.MAILBOX,
        headings=tuple(builder.headings),
        warnings=_warnings(attachments),
    )


def _parse(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # what this policy makes
    return message


def _add(builder: Builder, message: EmailMessage, attachments: list[str]) -> str:
    subject = _header(message, "Subject")
    lines = [heading_mark(1) + "# " + subject] if subject else []
    lines += [f"{name}: {value}" for name in ("From", "To", "Cc", "Date") if (value := _header(message, name))]
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for number, part in enumerate(message.walk()):
        if number >= _MAX_PARTS:
            break
        name = part.get_filename()
        if name or part.get_content_disposition() == "attachment":
            attachments.append(" ".join(unmarked(str(name or part.get_content_type())).split()))
        elif part.get_content_type() in texts:
            texts[part.get_content_type()].append(_body(part))
    body = "\n\n".join(texts["text/plain"]) or "\n\n".join(html_text(markup)[0] for markup in texts["text/html"])
    builder.add("\n".join(lines) + "\n\n" + body)
    return subject


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message[name]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):  # malformed headers break the parser's models
        return ""
    return unmarked(" ".join(str(value or "").split()))


def _body(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else str(payload).encode("utf-8", "replace")
    text, _ = decode(content, declared=part.get_content_charset())
    return unmarked(text) if part.get_content_type() == "text/plain" else text


def _warnings(attachments: list[str]) -> tuple[str, ...]:
    if not attachments:
        return ()
    named = ", ".join(attachments[:10]) + (" and more" if len(attachments) > 10 else "")
    return (f"Attachments were not read: {named}. Ingest them as files of their own.",)
