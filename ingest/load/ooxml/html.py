"""Pieces of the HTML that the loaders of Office files write for `html_text`."""

import re
from html import escape

_DAY = re.compile(r"[1-9]\d{3}-\d\d-\d\d")


def safe(text: str) -> str:
    """Text as HTML."""
    return escape(text, quote=False)


def tagged(tag: str, html: str) -> str:
    """HTML within a tag; "" stays empty."""
    return f"<{tag}>{html}</{tag}>" if html else ""


def lines(text: str) -> str:
    """A paragraph of several lines."""
    return tagged("p", safe(text).replace("\n", "<br>"))


def labelled(label: str, html: str) -> str:
    """Blocks with a label before their first words."""
    return f"<p>{label}{html[3:]}" if html.startswith("<p>") else f"<p>{label}</p>{html}"


def signed(html: str, *, author: str, date: str) -> str:
    """Blocks with their author and day behind their last words. date: begins with YYYY-MM-DD, unless it is none."""
    day = date[:10] if _DAY.match(date) else ""
    by = ", ".join(text for text in (" ".join(author.split()), day) if text)
    if not by:
        return html
    return f"{html[:-4]} ({safe(by)})</p>" if html.endswith("</p>") else f"{html}<p>({safe(by)})</p>"


def described(text: str) -> str:
    """The alternative text of a picture."""
    return f'<img alt="{escape(text)}">'
