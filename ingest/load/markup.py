"""Loaders of plain text, Markdown, HTML, JSON, RTF and EPUB."""

import json
import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.container import Container
from ingest.load.decode import decode
from ingest.load.extracted import Builder, Extracted, clean
from ingest.load.html_text import html_content, html_text
from ingest.load.limits import Limits, too_much_text
from ingest.load.markdown import markdown_headings, markdown_tables

_META_CHARSET = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_COMMENT_OR_SCRIPT = re.compile(rb"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_DEEPEST_JSON = 200
_RTF_CODE_PAGE = re.compile(rb"\\ansicpg(\d+)")


def load_plain(text: str, warnings: tuple[str, ...]) -> Extracted:
    """Plain text as it is."""
    return Extracted(text=clean(text), media_type=kinds.TEXT, warnings=warnings)


def load_markdown(text: str, warnings: tuple[str, ...]) -> Extracted:
    """Markdown as it is, with its headings."""
    text = clean(text)
    headings, title = markdown_headings(text)
    return Extracted(
        text=text,
        media_type=kinds.MARKDOWN,
        title=title,
        headings=headings,
        tables=markdown_tables(text),
        warnings=warnings,
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
    """The text of a Rich Text file, decoded by its own code page."""
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415  # needed by this format only

    page = _RTF_CODE_PAGE.search(content[:4096])
    encoding = f"cp{page.group(1).decode()}" if page else "cp1252"
    text = rtf_to_text(content.decode("latin-1"), encoding=encoding, errors="replace")
    return Extracted(text=clean(text), media_type=kinds.RTF)


def load_epub(content: bytes, limits: Limits) -> Extracted:
    """The chapters of an e-book in reading order."""
    container = Container(content, limits)
    package_path, package = _epub_package(container)
    names = {"o": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/"}
    manifest = {item.get("id"): item for item in package.iterfind(".//o:manifest/o:item", names)}
    builder, missing = Builder(), 0
    for reference in package.iterfind(".//o:spine/o:itemref", names):
        item = manifest.get(reference.get("idref"))
        href = unquote(item.get("href", "")) if item is not None else ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(package_path), href))
        if not href or path not in container:
            missing += 1
            continue
        chapter, _ = decode(container.read(path))
        builder.add(html_text(chapter)[0])
        if builder.length > limits.characters:  # the same small file may be listed a thousand times
            raise too_much_text(limits)
    return Extracted(
        text=builder.text(),
        media_type=kinds.EPUB,
        title=(package.findtext(".//dc:title", "", names) or "").strip(),
        language=(package.findtext(".//dc:language", "", names) or "").strip() or None,
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        warnings=(f"{missing} chapters named in the table of contents are missing.",) if missing else (),
    )


def _epub_package(container: Container) -> tuple[str, ElementTree.Element]:
    pointer = container.xml("META-INF/container.xml")
    root = pointer.find(".//{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    path = root.get("full-path", "") if root is not None else ""
    if path not in container:
        raise DocumentError("The e-book has no table of contents, so it is damaged.", fix="Get a fresh copy.")
    return path, container.xml(path)
