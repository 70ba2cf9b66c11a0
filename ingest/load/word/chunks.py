"""Documents within a Word document (w:altChunk), which Word shows as a part of its text, as HTML."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage
from html import escape

from lxml import etree

from ingest.load.decode import decode
from ingest.load.markup import load_rtf
from ingest.load.ooxml.package import Package

_HTML_STARTS = ("<html", "<body", "<p>", "<p ", "<div", "<table", "<h1", "<ul", "<!doctype")


def chunk_html(package: Package, part: str, word_html: Callable[[bytes], str]) -> str:
    """The HTML of a part in any of the formats that Word takes: Word, HTML, web archive, RTF, text."""
    content = package.read(part)
    if content.startswith(b"PK\x03\x04"):
        return word_html(content)
    if content.startswith(b"{\\rtf"):
        return _paragraphs(load_rtf(content).text)
    text, _ = decode(content)
    start = text.lstrip()[:2_000].lower()
    if part.lower().endswith((".mht", ".mhtml")) or start.startswith(("mime-version:", "from:")):
        return _archived(content)
    if any(tag in start for tag in _HTML_STARTS):
        return _body(text)
    return _paragraphs(text)


def _archived(content: bytes) -> str:
    """The page of a web archive, which is a mail by its format."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            payload = part.get_payload(decode=True)
            raw = payload if isinstance(payload, bytes) else b""
            return _body(decode(raw, declared=part.get_content_charset())[0])
    return ""


def _body(markup: str) -> str:
    """The body of an HTML page, every tag closed."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(markup.replace("\x00", "").encode("utf-8", "replace"), parser)
    if root is None:
        return ""
    body = root.find("body")
    body = root if body is None else body
    inner = "".join(etree.tostring(child, encoding="unicode", method="html") for child in body)
    return escape(body.text or "", quote=False) + inner


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.splitlines() if line.strip())
