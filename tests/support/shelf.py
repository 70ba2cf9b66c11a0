"""A shelf of documents for tests of the page: rows in the database, and the hits that a search over them gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select

from app.core.domain import Hit
from migrations.tables import collections, documents
from tests.support.builders import make_hit
from tests.support.pdf import make_pdf

HANDBOOK = (
    (
        "Harbour Rowing Club: handbook for members",
        "",
        "1. Membership",
        "The yearly fee is 140 euros and is due on the first of March.",
        "Members under eighteen pay half. New members get a key for the",
        "boathouse after the safety course.",
    ),
    (
        "2. Boats",
        "The boathouse opens at six in the morning and closes at nine in",
        "the evening. Boats are booked in the logbook before they leave",
        "the water. A coxed four needs five people, and one of them must",
        "hold the steering licence.",
        "",
        "3. Safety",
        "Nobody rows when the wind is stronger than six Beaufort.",
    ),
)
GUIDE = """# Looking after boats

## Washing

Rinse every boat with fresh water after each outing, because salt eats the fittings. Riggers are dried with a cloth.

## Repairs

A hole in the hull is closed with tape for the way home. The boatman repairs it within three days; until then the boat
stays on the upper rack with a red ribbon. Small scratches are noted in the logbook.

## Winter

From November to March the boats stand inside. Oars hang by the blade, never by the handle.
"""
HOSTILE = """Notes on kayaks <script>window.hacked = 1</script>

The kayak rack is <img src=x onerror="window.hacked = 1"> behind the boathouse. ![pixel](http://evil.example/pixel.png)
[click](javascript:window.hacked=1) <iframe src="http://evil.example/"></iframe> ${window.hacked=1} {{constructor}}
"""
PARTLY_SUPPORTED = (
    "The boathouse opens at six in the morning [1]. Boats are booked in the logbook before they leave the water. "
    "Swans are fed on Sundays by volunteers.\n\n"
    "- **Closing** is at nine in the evening [1]\n- Wind limits: `6 Beaufort`"
)
UNSUPPORTED = "The fax number is 0123456789."
HOSTILE_ANSWER = (
    "The kayak rack is behind the boathouse [1]. <script>window.hacked = 1</script> "
    '<img src=x onerror="window.hacked = 1"> ![x](http://evil.example/x.png) [go](javascript:window.hacked=1) '
    "${window.hacked=1}"
)


def script(prompt: str) -> Iterator[str]:
    """The model's answer to a prompt, word by word."""
    question = prompt.rsplit("Question: ", 1)[-1]
    answer = HOSTILE_ANSWER if "kayak" in question else UNSUPPORTED if "fax" in question else PARTLY_SUPPORTED
    for word in answer.split(" "):
        yield f"{word} "


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Document ids by name, and the hits of all documents."""

    ids: dict[str, int]
    hits: tuple[Hit, ...]


def fill_shelf(engine: Engine) -> Shelf:
    """Store a PDF, a Markdown guide and a hostile note, and cut them into hits."""
    pdf_text = "\n\n".join("\n".join(lines) for lines in HANDBOOK)
    with engine.begin() as connection:
        collection_id = connection.execute(
            insert(collections).values(name="club").returning(collections.c.id)
        ).scalar_one()
        connection.execute(insert(collections).values(name="attic"))
        for name, title, media_type, text, content, chunks in (
            ("handbook.pdf", "Handbook for members", "application/pdf", pdf_text, make_pdf(HANDBOOK), 4),
            ("boats.md", "Looking after boats", "text/markdown", GUIDE, GUIDE.encode(), 4),
            ("kayaks.txt", "Notes <b>on</b> kayaks", "text/plain", HOSTILE, HOSTILE.encode(), 1),
        ):
            connection.execute(
                insert(documents).values(
                    collection_id=collection_id, source_uri=f"/shelf/{name}", name=name, title=title,
                    media_type=media_type, text=text, content=content, byte_count=len(content), chunk_count=chunks,
                    status="ready", part_kind="page" if name.endswith("pdf") else None,
                    part_count=2 if name.endswith("pdf") else None,
                )
            )  # fmt: skip
        connection.execute(
            insert(documents).values(
                collection_id=collection_id, source_uri="/shelf/locked.pdf", name="locked.pdf", status="failed",
                error="locked.pdf is protected by a password. Save it without one and ingest it again.",
            )
        )  # fmt: skip
        ids = {row.name: row.id for row in connection.execute(select(documents.c.name, documents.c.id))}
    return Shelf(ids=ids, hits=tuple(_hits(ids, pdf_text)))


def _hits(ids: dict[str, int], pdf_text: str) -> Iterator[Hit]:
    pages = ["\n".join(lines) for lines in HANDBOOK]
    spans: list[tuple[str, str, str, str, str, int | None]] = [
        ("handbook.pdf", "Handbook for members", "2. Boats", pdf_text, pages[1].split("\n\n")[0], 2),
        ("boats.md", "Looking after boats", "Repairs", GUIDE, _section("Repairs"), None),
        ("handbook.pdf", "Handbook for members", "1. Membership", pdf_text, pages[0].split("\n\n")[1], 1),
        ("boats.md", "Looking after boats", "Washing", GUIDE, _section("Washing"), None),
        ("handbook.pdf", "Handbook for members", "3. Safety", pdf_text, pages[1].split("\n\n")[1], 2),
        ("kayaks.txt", "Notes <b>on</b> kayaks", "", HOSTILE, HOSTILE.strip(), None),
        ("boats.md", "Looking after boats", "Winter", GUIDE, _section("Winter"), None),
    ]
    for number, (name, title, heading, whole, text, page) in enumerate(spans, 1):
        start = whole.index(text)
        media_type = {"pdf": "application/pdf", "md": "text/markdown"}.get(name.rsplit(".", 1)[1], "text/plain")
        yield make_hit(
            number, text, document_id=ids[name], collection="club", title=title, source_uri=f"/shelf/{name}",
            media_type=media_type, heading=heading, part_kind="page" if page else None, part_first=page,
            part_last=page, ordinal=10 * number, start_char=start, end_char=start + len(text), final_rank=None,
            logit=None, rerank_score=None, name=name, dated=datetime(2026, 2, number, 12, tzinfo=UTC),
        )  # fmt: skip


def _section(heading: str) -> str:
    return GUIDE.split(f"## {heading}\n\n")[1].split("\n\n##")[0].strip()
