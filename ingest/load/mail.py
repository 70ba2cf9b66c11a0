"""Loader of mails, with their attachments, and of mailboxes."""

import email
import email.policy
import mimetypes
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from functools import lru_cache

from ingest.load import kinds
from ingest.load.attached import Attachment
from ingest.load.cards import cards_text
from ingest.load.decode import decode
from ingest.load.extracted import Extracted, unmarked
from ingest.load.forms import Form, joined, repeats, richest
from ingest.load.html_text import html_content
from ingest.load.mail_text import extracted_mail
from ingest.load.rich_text import RichText
from ingest.load.signed_mail import encrypted_by, signed_content

_SEPARATOR = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
_MAX_PARTS = 1_000
_DEEPEST = 100  # parts within parts
_SIGNATURES = frozenset(
    "application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature application/pgp-keys "
    "application/pgp-encrypted".split()
)
_REPORTS = frozenset(("message/delivery-status", "message/disposition-notification"))  # read as a list of headers
_LEAVES = _REPORTS | {"message/rfc822", "multipart/encrypted"}
_SHOWN = _REPORTS | frozenset(
    "text/plain text/html text/calendar text/vcard text/x-vcard text/rtf text/richtext text/enriched text/markdown "
    "text/x-markdown text/rfc822-headers".split()
)
_FOR_PROGRAMS = frozenset("text/css text/javascript application/javascript text/x-amp-html".split())
_ENRICHED = re.compile(r"<(/?)([a-zA-Z-]{1,60})>|(<<)")
_LARGE_PICTURE = 50_000  # bytes: smaller ones within the text are logos and signs


def load_mail(content: bytes) -> Extracted:
    """One mail: subject, From, To, Cc and Date, then its text in the form that says more."""
    message = _parse(content)
    text = _Text(message)
    fields = {name: _header(message, name) for name in ("From", "To", "Cc", "Date")}
    return extracted_mail(_header(message, "Subject"), fields, text.body, kinds.MAIL, text.warnings)


def attachments(content: bytes) -> Iterator[Attachment]:
    """The files attached to a mail, without signatures and pictures within the text."""
    for number, part in enumerate(_parts(_parse(content)), start=1):
        kind = part.get_content_type()
        left_out = kind in _SIGNATURES | _FOR_PROGRAMS or _is_inline_picture(part) or encrypted_by(part)
        if left_out or _is_shown(part):
            continue
        name = " ".join(unmarked(str(part.get_filename() or "")).split())
        if kind == "message/rfc822":
            yield Attachment(name=name or f"mail {number}.eml", content=_attached_mail(part))
        elif payload := _payload(part):
            ending = mimetypes.guess_extension(kind) or ""
            yield Attachment(name=name or f"part {number}{ending}", content=payload)


def mails(content: bytes) -> Iterator[bytes]:
    """The mails of a mailbox."""
    content = content.replace(b"\r\n", b"\n")
    starts = [match.end() for match in _SEPARATOR.finditer(content)]
    ends = [*(match.start() for match in _SEPARATOR.finditer(content)), len(content)][1:]
    for start, end in zip(starts, ends, strict=True):
        yield content[start:end]


# ---------------------------------------------------------------------------------------------------------- the text


class _Text:
    """The text of a mail: of alternatives the one that says more, of other parts all."""

    def __init__(self, message: EmailMessage) -> None:
        self._warnings: list[str] = []
        self._left = _MAX_PARTS
        form = self._form(message, 0)
        self.body = form.text
        self._warnings += form.warnings
        pictures = sum(_is_inline_picture(part) and len(_payload(part)) > _LARGE_PICTURE for part in _parts(message))
        if pictures:
            noun = "picture" if pictures == 1 else "pictures"
            self._warnings.append(f"{pictures} large {noun} within the text could not be read.")
        if self._left <= 0:
            self._warnings.append(f"Only the first {_MAX_PARTS} parts of the mail were read.")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What could not be read, each sentence once."""
        return tuple(dict.fromkeys(self._warnings))

    def _form(self, part: EmailMessage, depth: int) -> Form:
        self._left -= 1
        kind = part.get_content_type()
        inner = part.get_payload()
        if encrypted := encrypted_by(part):
            self._warnings.append(
                f"Its text is encrypted ({encrypted}) and was not read: save a copy without encryption."
            )
        elif kind in _REPORTS and isinstance(inner, list):
            headers = (f"{name}: {value}" for group in inner for name, value in _items(group))
            return Form("report", unmarked("\n".join(headers)))
        elif isinstance(inner, list) and kind != "message/rfc822":
            return self._several([child for child in inner if isinstance(child, EmailMessage)], kind, depth)
        elif _is_shown(part):
            return _shown_form(part)
        return Form("attachment", "")

    def _several(self, children: Sequence[EmailMessage], kind: str, depth: int) -> Form:
        if depth >= _DEEPEST:
            self._warnings.append(f"Parts nested more than {_DEEPEST} deep were not read.")
            return Form("parts", "")
        forms = [self._form(child, depth + 1) for child in children[: max(self._left, 0)]]
        forms = [form for form in forms if form.text.strip()]
        if kind != "multipart/alternative":
            return Form(forms[0].name if len(forms) == 1 else "text", *joined(forms))
        texts = [form for form in forms if form.name != "calendar"]
        body, warnings = richest(texts)
        dates = (form.text for form in forms if form.name == "calendar" and not repeats(form.text, body))
        return Form("text", "\n\n".join(filter(None, (body, *dates))), warnings)


def _shown_form(part: EmailMessage) -> Form:
    kind, payload = part.get_content_type(), _payload(part)
    if kind in ("text/rtf", "text/richtext") and payload.lstrip().startswith(b"{\\rtf"):
        page = html_content(RichText(payload).html())
        return Form("rich text", page.text, page.warnings)
    text = decode(payload, declared=part.get_content_charset())[0]
    if kind == "text/html":
        page = html_content(text)
        return Form("HTML text", page.text, page.warnings)
    if kind in ("text/calendar", "text/vcard", "text/x-vcard"):
        return Form("calendar", unmarked(cards_text(text)))
    if kind in ("text/enriched", "text/richtext"):
        text = _ENRICHED.sub(lambda tag: "<" if tag.group(3) else "", text)
    return Form("plain text", unmarked(text))


# --------------------------------------------------------------------------------------------------------- the parts


@lru_cache(maxsize=1)  # a mail is read for its attachments, then for its text
def _parse(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # the class that this policy makes
    return _unsigned(message)


def _unsigned(message: EmailMessage) -> EmailMessage:
    """The mail with the content of an S/MIME signature in its place, when the whole mail is wrapped in one."""
    content = signed_content(message)
    if content is None:
        return message
    inner = email.message_from_bytes(content, policy=email.policy.default)
    for name in ("Subject", "From", "To", "Cc", "Date"):
        if not inner[name] and message[name]:
            inner[name] = _header(message, name)
    assert isinstance(inner, EmailMessage)  # noqa: S101
    return inner


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The leaves of a mail's tree of parts, in order; an attached mail is a leaf."""
    stack, seen = [message], 0
    while stack and seen < _MAX_PARTS:
        part = stack.pop()
        seen += 1
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_type() not in _LEAVES:
            stack += [child for child in reversed(inner) if isinstance(child, EmailMessage)]
        else:
            yield part


def _is_shown(part: EmailMessage) -> bool:
    """Whether a part is text of the mail itself."""
    if part.get_filename() or part.get_content_disposition() == "attachment":
        return False
    return part.get_content_type() in _SHOWN


def _is_inline_picture(part: EmailMessage) -> bool:
    inline = bool(part["Content-ID"]) or part.get_content_disposition() == "inline"
    return part.get_content_maintype() == "image" and inline


def _attached_mail(part: EmailMessage) -> bytes:
    inner = part.get_payload()
    if not (isinstance(inner, list) and inner and isinstance(inner[0], EmailMessage)):
        return b""
    # Headers as they came: the library folds some damaged parameters for ever.
    return inner[0].as_bytes(policy=email.policy.default.clone(refold_source="none"))


def _items(group: object) -> list[tuple[str, str]]:
    try:
        return [(name, str(value)) for name, value in group.items()] if isinstance(group, EmailMessage) else []
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):
        return []


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message[name]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):  # raised for malformed headers
        return ""
    return unmarked(" ".join(str(value or "").split()))


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else str(payload or "").encode("utf-8", "replace")
