"""Folders of files to ingest, made from real text: a mixed shelf, many small notes, drawings that take long to load."""

import random
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tests.bench.pool import Pool
from tests.support import made_files as made

_LINES = 46  # of a PDF page
_SUFFIXES = (".md", ".txt", ".html", ".pdf", ".pdf", ".docx")


def mixed(folder: Path, pool: Pool, *, files: int) -> int:
    """Markdown, text, HTML, PDF and Word in turn, 2 to 12 sections each; returns the characters of text in them."""
    documents, characters = _endless(pool), 0
    for number in range(files):
        suffix = _SUFFIXES[number % len(_SUFFIXES)]
        sections = [next(documents) for _ in range(2 + number * 7 % 11)]
        characters += sum(len(" ".join(section)) for section in sections)
        (folder / f"{number:05}{suffix}").write_bytes(_file(suffix, number, sections))
    return characters


def notes(folder: Path, pool: Pool, *, files: int) -> None:
    """Small Markdown files, one passage each, 200 to a folder."""
    documents = _endless(pool)
    for number in range(files):
        below = folder / f"{number // 200:04}"
        below.mkdir(exist_ok=True)
        text = " ".join(next(documents)[:3])
        (below / f"{number:06}.md").write_text(f"# Note {number}\n\n{text}\n", "utf-8")


def drawings(folder: Path, pool: Pool, *, files: int, strokes: int = 100_000) -> None:
    """PDFs of one page with very many strokes and a few lines of text, as plans and maps have."""
    draw, documents = random.Random(7), _endless(pool)
    for number in range(files):
        lines = textwrap.wrap(_latin(" ".join(next(documents))[:500]), 80)
        drawing = "".join(
            f"{draw.randrange(595)} {draw.randrange(842)} m {draw.randrange(595)} {draw.randrange(842)} l S "
            for _ in range(strokes)
        )
        (folder / f"plan-{number:04}.pdf").write_bytes(made.pdf([lines], drawing=drawing))


def _endless(pool: Pool) -> Iterator[tuple[str, ...]]:
    while True:
        yield from pool.documents


def _file(suffix: str, number: int, sections: list[tuple[str, ...]]) -> bytes:
    titled = [(f"Section {section} of {number}", " ".join(sentences)) for section, sentences in enumerate(sections, 1)]
    if suffix == ".pdf":
        lines = [line for title, text in titled for line in (title, *textwrap.wrap(_latin(text), 90), "")]
        return made.pdf([lines[first : first + _LINES] for first in range(0, len(lines), _LINES)])
    if suffix == ".docx":
        paragraphs = [
            (style, _xml(words)) for pair in titled for style, words in zip(("Heading1", "Normal"), pair, strict=True)
        ]
        return made.docx(*paragraphs)
    if suffix == ".html":
        body = "".join(f"<h2>{_xml(title)}</h2><p>{_xml(text)}</p>" for title, text in titled)
        return f"<html><head><title>File {number}</title></head><body>{body}</body></html>".encode()
    mark = "## " if suffix == ".md" else ""
    return "\n\n".join(f"{mark}{title}\n\n{textwrap.fill(text, 100)}" for title, text in titled).encode()


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _latin(text: str) -> str:
    plain = text.encode("latin-1", "ignore").decode("latin-1")
    return plain.translate(str.maketrans("()\\", "[]/"))
