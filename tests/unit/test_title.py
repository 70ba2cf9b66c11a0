"""The title of a document: one rule for all formats."""

import pytest

from app.core.domain import Heading
from ingest.load.extracted import Extracted
from ingest.load.title import title_of


def extracted(*lines: str, title: str = "", media_type: str = "text/markdown") -> Extracted:
    """A text whose lines with # are headings."""
    headings, text = [], ""
    for line in lines:
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            headings.append(Heading(level=level, text=line.lstrip("# "), start=len(text)))
        text += f"{line}\n\n"
    return Extracted(text=text.strip(), media_type=media_type, title=title, headings=tuple(headings))


BODY = "Words that stand below a heading."


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (extracted("# Agreement", "## Term", BODY, "## Price", BODY), "Agreement"),
        (extracted("# Boiler", BODY, "# Clock", BODY), "a.md"),
        (extracted("# Boiler", BODY, "# Clock", BODY, title="Station manual"), "Station manual"),
        (extracted("# Manual", "# Boiler", BODY, "# Clock", BODY), "Manual"),  # nothing stands below it
        (extracted("# Manual", "# Boiler", "# Clock"), "a.md"),
        (extracted("## Rules", BODY, "### Dogs", BODY), "Rules"),  # outermost, whatever its level
        (extracted("## Rules", BODY, title="Park"), "Park"),
        (extracted("## One", BODY, "## Two", BODY), "a.md"),
        (extracted("ACME Ltd, High Street", "# Notice", BODY), "Notice"),  # below a letterhead
        (extracted(BODY * 40, "# Appendix", BODY * 40), "a.md"),  # a section at the end
        (extracted(BODY, BODY, "# Annex", BODY), "a.md"),
        (extracted("### Deep", BODY, "# Late", BODY), "a.md"),
        (extracted("# ***", BODY, title="Stars"), "Stars"),
        (extracted(BODY, title="Microsoft Word - lease.doc"), "a.md"),
        (extracted(BODY, title="PowerPoint Presentation"), "a.md"),
        (extracted(BODY, title="Untitled"), "a.md"),
        (extracted(BODY, title="annual_report_v3.indd"), "a.md"),
        (extracted(BODY, title="Node.js in practice 2.10"), "Node.js in practice 2.10"),
        (extracted("# Sale!", BODY, title="Invoice 12", media_type="message/rfc822"), "Invoice 12"),
        (extracted("# Sale!", BODY, media_type="message/rfc822"), "Sale!"),
        (extracted(BODY), "a.md"),
    ],
)
def test_the_single_outermost_heading_then_metadata_then_the_name(document: Extracted, title: str) -> None:
    assert title_of(document, "a.md") == title


def test_a_title_is_one_line_of_bounded_length_and_never_empty() -> None:
    assert title_of(extracted(BODY, title="One\n two\x00"), "a.md") == "One two"
    assert len(title_of(extracted(BODY, title="x" * 1000), "a.md")) == 300
    assert title_of(extracted(BODY), "\x00") == "unnamed"
