"""Loaders of plain text, Markdown, HTML, JSON, Rich Text, calendars and address cards."""

import json
import re
from collections.abc import Iterator

from ingest.load import kinds
from ingest.load.cards import cards_text
from ingest.load.decode import decode
from ingest.load.extracted import Builder, Extracted, clean, unmarked
from ingest.load.front_matter import tags_in
from ingest.load.html_text import html_content, left_out_warnings
from ingest.load.markdown import markdown_headings, markdown_tables
from ingest.load.markdown_html import without_html
from ingest.load.rich_text import RichText
from ingest.load.rich_text_html import unwrapped_html, wraps_html

_META_CHARSET = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_COMMENT_OR_SCRIPT = re.compile(rb"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_DEEPEST_JSON = 200


def load_plain(text: str, warnings: tuple[str, ...]) -> Extracted:
    """Plain text as it is."""
    return Extracted(text=clean(text), media_type=kinds.TEXT, warnings=warnings)


def load_markdown(text: str, warnings: tuple[str, ...]) -> Extracted:
    """Markdown as it is, with its headings and tables; HTML within it that carries meaning is read."""
    marked, left_out = without_html(clean(text))
    builder = Builder()
    builder.add(marked)
    text = builder.text()
    headings, title = markdown_headings(text)
    tables = sorted((*builder.tables, *markdown_tables(text)), key=lambda table: table.start)
    return Extracted(
        text=text,
        media_type=kinds.MARKDOWN,
        title=title,
        headings=headings,
        tables=tuple(tables),
        warnings=(*warnings, *left_out_warnings(left_out)),
        tags=tags_in(text),
    )


def html_markup(content: bytes) -> tuple[str, tuple[str, ...]]:
    """(markup, warnings) of an HTML page, decoded by its declared or detected encoding."""
    return decode(content, declared=declared_charset(content))


def declared_charset(content: bytes) -> str | None:
    """The encoding that an HTML page declares in itself."""
    declared = _META_CHARSET.search(_COMMENT_OR_SCRIPT.sub(b"", content[:16_384]))
    return declared.group(1).decode("ascii") if declared else None


def load_html(content: bytes) -> Extracted:
    """An HTML page without scripts."""
    return html_extracted(*html_markup(content))


def html_extracted(markup: str, warnings: tuple[str, ...]) -> Extracted:
    """The text of an HTML page that is decoded already."""
    page = html_content(markup)
    builder = Builder()
    builder.add(page.text)
    return Extracted(
        text=builder.text(),
        media_type=kinds.HTML,
        title=page.title,
        language=page.language,
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        warnings=(*warnings, *page.warnings),
    )


def load_json(text: str, warnings: tuple[str, ...]) -> Extracted:
    """JSON as one line for each record or value; invalid JSON (JSON lines, comments, truncated) is kept unchanged."""
    try:
        text = "\n".join(_json_lines(json.loads(text), "", 0))
    except RecursionError:
        warnings = (*warnings, "The JSON is nested too deeply to be laid out; it was kept unchanged.")
    except ValueError:
        warnings = (*warnings, "It is not one valid JSON value; it was kept unchanged.")
    return Extracted(text=clean(text), media_type=kinds.JSON, warnings=warnings)


def _json_lines(value: object, path: str, depth: int) -> Iterator[str]:
    """ "path: value" for a value, "path: key: value | key: value" for a flat record; nested values line by line."""
    if depth > _DEEPEST_JSON:
        raise RecursionError
    if isinstance(value, dict) and value and not any(isinstance(item, dict | list) for item in value.values()):
        record = " | ".join(f"{key}: {_json_value(item)}" for key, item in value.items())
        yield f"{path}: {record}" if path else record
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _json_lines(item, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _json_lines(item, path, depth + 1)
    else:
        yield f"{path}: {_json_value(value)}" if path else _json_value(value)


def _json_value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def load_rtf(content: bytes) -> Extracted:
    """A Rich Text file: headings, tables, notes, comments, text boxes, then headers and footers."""
    if wraps_html(content):
        rich, markup = None, unwrapped_html(content)
    else:
        rich = RichText(content)
        markup = rich.html()
    page = html_content(markup)
    builder = Builder()
    builder.add(page.text)
    return Extracted(
        text=builder.text(),
        media_type=kinds.RTF,
        title=clean(rich.title).strip() if rich else "",
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        warnings=(*page.warnings, *(_left_out(rich) if rich else ())),
    )


def _left_out(rich: RichText) -> Iterator[str]:
    for count, kind in ((rich.hidden, "hidden text"), (rich.deleted, "deleted text (tracked changes)")):
        if count:
            yield f"{count} {'piece' if count == 1 else 'pieces'} of {kind} left out."


def load_cards(text: str, kind: str, warnings: tuple[str, ...]) -> Extracted:
    """A calendar or address cards, one "name: value" a line."""
    return Extracted(text=clean(unmarked(cards_text(text))), media_type=kind, warnings=warnings)
