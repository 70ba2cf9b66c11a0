"""Small PDFs for tests: a page for each list of lines, or pages that are drawn."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.pdfgen.canvas import Canvas


def make_pdf(pages: Sequence[Sequence[str]], *, rotate: int = 0) -> bytes:
    """A PDF 1.4 of A5 pages in Helvetica; lines are Latin-1."""
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids: list[str] = []
    for lines in pages:
        shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 40 540 Td 18 TL {shown} ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Rotate %d /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (rotate, len(objects))
        )
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode("ascii")
    body = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    body += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(body)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def drawn_pdf(*pages: Callable[[Any], None], size: tuple[float, float] = (595, 842)) -> bytes:
    """A PDF whose pages are drawn by functions of a reportlab canvas; points count from the bottom left."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=size, invariant=1)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def lines_at(canvas: Any, left: float, top: float, lines: Sequence[str], *, size: float = 10, lead: float = 13) -> None:
    """Draw lines of text, the first one with its baseline `top` points below the page's upper edge."""
    canvas.setFont("Helvetica", size)
    for number, line in enumerate(lines):
        canvas.drawString(left, 842 - top - number * lead, line)


def nested_forms(levels: int = 12) -> bytes:
    """A hostile PDF of two pages and two kilobytes: a page draws a form ten times, which draws another ten times, …"""
    draw = b"/F Do " * 10
    page = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 2 /Kids [3 0 R 3 0 R] >>",
        b"<< %s /Resources << /XObject << /F 5 0 R >> >> >>" % page,
        b"<< /Length %d >> stream\n%s\nendstream" % (len(draw), draw),
    ]
    for level in range(levels):
        inner = draw if level < levels - 1 else b"0 0 9 9 re f"
        kind = b"/Type /XObject /Subtype /Form /BBox [0 0 99 99] /Resources << /XObject << /F %d 0 R >> >>" % (
            6 + level
        )
        bodies.append(b"<< %s /Length %d >> stream\n%s\nendstream" % (kind, len(inner), inner))
    objects = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(bodies, 1))
    return b"%PDF-1.4\n" + objects + b"trailer << /Root 1 0 R /Size 99 >>"
