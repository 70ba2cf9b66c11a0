"""Files to damage: a generated file of every format, and the real files of a folder, if it exists."""

import bz2
import email.message
import gzip
import io
import json
import lzma
import tarfile
from pathlib import Path

from tests.support import made_files as made
from tests.support.census_files import census_files
from tests.support.census_mail import tnef
from tests.support.office_samples import contract, review

_LARGEST = 120_000  # bytes: larger files are few inputs a minute
_ROWS: list[list[object]] = [["Route", "Fare"], ["Isle", 2.5], ["Harbour", 3]]
_HTML = (
    "<html lang=en><head><title>Fares</title><meta charset=utf-8></head><body><h1>Fares</h1><p>In <b>euro</b>.</p>"
    "<table><tr><th>Route<th>Fare</tr><tr><td>Isle<td>2.50</tr><tr><td>Coast<td>3</tr></table><ul><li>One<ul><li>Two</ul>"
    "</ul><ol><li>a<li>b</ol><pre>code</pre><img alt=map></body></html>"
)


def made_seeds() -> dict[str, list[bytes]]:
    """Format -> files of that format."""
    mail = _mail()
    files = {
        "pdf": [made.pdf([["Some text-", "of a page."], []], bookmarks=[("Some", 0)]), made.packed_pdf(["Packed."])],
        "docx": [made.docx(("Heading1", "Pay"), ("", "Text."), table=[["a", "b"], ["c", "d"], ["e", "f"]]), contract()],
        "pptx": [made.pptx_with([("Title", "grouped", "notes")]), review()],
        "xlsx": [made.xlsx({"Fares": _ROWS, "Empty": []})],
        "odt": [made.odt(content="<text:h text:outline-level='2'>Rules</text:h><text:p>No dogs.</text:p>", footer="")],
        "epub": [made.epub(["<h1>One</h1><p>Text</p>", "<h1>Two</h1>"], title="Novel")],
        "html": [_HTML.encode()],
        "md": [b"---\ntitle: Guide\n---\n# One\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n# no\n```\nTwo\n===\n"],
        "txt": ["Die Fähre fährt um sechs.\n".encode("cp1252") * 9, "Паром отходит в шесть.\n".encode("cp866") * 9],
        "csv": [b"name;fare\nIsle;2,50\n\"Har;bour\";3\n"],
        "json": [json.dumps({"routes": [{"name": "Isle", "fare": 2.5, "note": "\ud800"}], "n": [[1], [2]]}).encode()],
        "rtf": [rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 A;}}\'cf\'e0\u1088?{\b bold}\par two\row}"],
        "eml": [mail.as_bytes()],
        "mbox": [b"From a@b\n" + mail.as_bytes() + b"\nFrom a@b\nSubject: x\nFrom: a\n\nb\n"],
        "zip": [made.zipped({"a/b.txt": "x", "c.zip": made.zipped({"d.md": "# D"}), "e.docx": made.docx(("", "x"))})],
        "tar": [_tar("w"), _tar("w:gz")],
        "packed": [pack(b"# Guide\n\nAt six.\n" * 20) for pack in (gzip.compress, bz2.compress, lzma.compress)],
        "picture": [_picture(kind) for kind in ("PNG", "JPEG", "TIFF", "GIF", "WEBP")],
        "ics": [b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Dock\\, pier\nDTSTART;TZID=A:20260304T090000\nEND:VEVENT\n"],
        "dat": [tnef("Subject", "Text.", "plan.txt", b"words")],
    }  # fmt: skip
    for file in census_files():
        files.setdefault(file.name.rpartition(".")[2], []).append(file.content)
    return files


def real_seeds(folder: Path) -> dict[str, list[bytes]]:
    """The same of a folder, by the files' endings; nothing where there is no folder."""
    files: dict[str, list[bytes]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and 0 < path.stat().st_size <= _LARGEST and path.suffix != ".tsv":
            files.setdefault(path.suffix[1:].lower(), []).append(path.read_bytes())
    return files


def _mail() -> email.message.EmailMessage:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "Jörg <j@example.org>", "b@example.org", "Fähre"
    message.set_content("The ferry.")
    message.add_alternative("<p>The <b>ferry</b></p>", subtype="html")
    message.add_attachment(b"# Plan", maintype="text", subtype="markdown", filename="Plän.md")
    inner = email.message.EmailMessage()
    inner["From"], inner["Subject"] = "c@example.org", "Inner"
    inner.set_content("Inside.")
    message.add_attachment(inner)
    return message


def _tar(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name in ("a.txt", "b/c.md"):
            info = tarfile.TarInfo(name)
            info.size = 5
            archive.addfile(info, io.BytesIO(b"texts"))
    return buffer.getvalue()


def _picture(kind: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((40, 40)).save(buffer, kind)
    return buffer.getvalue()
