"""Chunking: structure first, then tokens; exact offsets; nothing longer than the model reads."""

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.domain import Chunk, Document, Heading, Part
from ingest.chunk.chunk import chunk
from ingest.chunk.contexts import CONTEXT_TOKENS, MAX_CHARACTERS
from ingest.load import load
from ingest.load.markdown import markdown_headings
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder

READS_256 = FakeEmbedder(max_tokens=256)
READS_32 = FakeEmbedder(max_tokens=32)


def document(
    text: str, *, parts: tuple[Part, ...] = (), media_type: str = "text/markdown", title: str = "T"
) -> Document:
    return Document(
        title=title,
        text=text,
        media_type=media_type,
        language="en",
        headings=markdown_headings(text)[0],
        parts=parts,
    )


def sentences(count: int, word: str = "ship") -> str:
    return " ".join(f"The {word} number {n} sails at dawn." for n in range(count))


def agree_with(chunks: tuple[Chunk, ...], of: Document, reader: FakeEmbedder) -> None:
    assert [piece.ordinal for piece in chunks] == list(range(len(chunks)))
    for piece in chunks:
        assert piece.text == of.text[piece.start_char : piece.end_char]
        assert piece.text == piece.text.strip()
        assert piece.embedded_text.endswith(piece.text)
        assert piece.token_count == reader.count_tokens([piece.embedded_text])[0] <= reader.max_tokens
        assert len(piece.text) <= MAX_CHARACTERS


def covered(chunks: tuple[Chunk, ...]) -> set[int]:
    return {offset for piece in chunks for offset in range(piece.start_char, piece.end_char)}


lines = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=120)
blocks = st.one_of(
    lines,
    st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 6), lines),
    st.builds(
        lambda word, count: (word + " ") * count, st.sampled_from(["word", "a", "字", "x" * 70]), st.integers(1, 90)
    ),
    st.just("```\n# no heading\n```"),
    st.sampled_from(["", "- item", "---", "| a | b |", "endless" * 60]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, max_size=25), st.sampled_from([READS_32, READS_256]), st.integers(0, 20))
def test_any_text_becomes_exact_slices_that_fit_and_lose_nothing(
    pieces: list[str], reader: FakeEmbedder, overlap: int
) -> None:
    of = document("\n\n".join(pieces))
    chunks = chunk(of, reader, overlap_tokens=overlap)
    agree_with(chunks, of, reader)
    kept = covered(chunks)
    heading_lines = {
        offset
        for heading in of.headings
        for offset in range(heading.start, heading.start + 3 * len(heading.text) + 200)
    }
    for start, _ in reader.token_offsets(of.text):
        assert start in kept or start in heading_lines
    if not overlap:
        assert all(a.end_char <= b.start_char for a, b in itertools.pairwise(chunks))


def test_a_section_of_its_own_size_is_one_chunk_under_its_heading_path() -> None:
    of = document(
        f"# Book\n\n{sentences(15)}\n\n## Part\n\n{sentences(14)}\n\n### Leaf\n\n{sentences(13)}", title="Book"
    )
    chunks = chunk(of, READS_256)
    assert [piece.heading_path for piece in chunks] == [(), ("Part",), ("Part", "Leaf")]
    assert [piece.embedded_text.split("\n")[0] for piece in chunks] == ["Book", "Book › Part", "Book › Part › Leaf"]


def test_a_heading_that_stands_in_the_path_is_not_repeated_in_the_text() -> None:
    of = document(f"# Book\n\n## Part\n\n{sentences(15)}\n\nOther\n-----\n\n{sentences(15, 'boat')}", title="Book")
    chunks = chunk(of, READS_256)
    assert [piece.heading_path for piece in chunks] == [("Part",), ("Other",)]
    assert [piece.text[:8] for piece in chunks] == ["The ship", "The boat"]


def test_small_sections_are_merged_under_the_path_they_share_and_keep_their_headings() -> None:
    of = document("# Rules\n\n## Dogs\n\nOn a lead.\n\n## Cats\n\nIn a carrier.", title="Handbook")
    (only,) = chunk(of, READS_256)
    assert only.heading_path == ("Rules",)
    assert only.text == "## Dogs\n\nOn a lead.\n\n## Cats\n\nIn a carrier."


def test_large_sections_are_never_merged() -> None:
    of = document(f"# One\n\n{sentences(14)}\n\n# Two\n\n{sentences(14)}")
    assert [piece.heading_path for piece in chunk(of, READS_256)] == [("One",), ("Two",)]


def test_a_hash_in_a_code_fence_is_no_section() -> None:
    of = document("# Restore\n\n```bash\n# not a heading\nrestore --all\n```\n\nDone.")
    (only,) = chunk(of, READS_256)
    assert only.heading_path == ("Restore",)


def test_long_text_is_cut_at_paragraphs_and_sentences_into_pieces_of_similar_size() -> None:
    of = document("\n\n".join(sentences(8) for _ in range(10)))
    chunks = chunk(of, READS_256)
    assert all(piece.text.endswith(".") for piece in chunks)
    assert min(piece.token_count for piece in chunks) > 0.5 * max(piece.token_count for piece in chunks)


def test_rows_of_a_table_are_not_cut_inside() -> None:
    rows = [f"Route: North. Sea {n} | Departs: 0{n % 10}:15 | Note: Mr. Smith. Calls" for n in range(60)]
    of = document("\n".join(rows), media_type="text/csv")
    kept = [line for piece in chunk(of, READS_256) for line in piece.text.split("\n")]
    assert kept == rows


def page_of(table: str, *, before: str = "") -> Document:
    return load(made.source(f"<html><h1>T</h1>{before}{table}<p>{sentences(30)}</p>", "a.html"))


def rows_of(count: int, words: int = 12) -> list[str]:
    """Rows with sentences in them, of different lengths."""
    return [f"Row {n}. It | {' '.join(f'No {k}. It sails.' for k in range(1 + n * 7 % words))}" for n in range(count)]


def table_of(rows: list[str], head: str = "<tr><th>Name<th>Remark") -> str:
    body = "".join("<tr><td>" + row.replace(" | ", "<td>") for row in rows)
    return f"<table>{head}{body}</table>"


def test_rows_of_a_document_s_table_are_not_cut_inside_where_they_fit() -> None:
    rows = rows_of(60, words=32)
    of = page_of(table_of(rows))
    chunks = chunk(of, READS_256)
    agree_with(chunks, of, READS_256)
    lines = [line for piece in chunks for line in piece.text.split("\n") if line.startswith("Row")]
    assert lines == rows


def test_a_row_longer_than_a_chunk_is_cut_and_loses_nothing() -> None:
    rows = ["short | row", "long | " + sentences(80), "last | row"]
    of = page_of(table_of(rows))
    chunks = chunk(of, READS_256)
    agree_with(chunks, of, READS_256)
    start, end = of.tables[0].start, of.tables[0].end
    assert all(offset in covered(chunks) for offset in range(start, end) if not of.text[offset].isspace())


def test_names_and_caption_stand_before_every_piece_of_a_table() -> None:
    caption = "Table 7: Ships of the year"
    for of in (
        page_of(table_of(rows_of(60), f"<caption>{caption}</caption><tr><th>Name<th>Remark")),
        page_of(table_of(rows_of(60)), before=f"<p>{sentences(30)}</p><p>{caption}</p>"),
    ):
        pieces = [piece for piece in chunk(of, READS_256) if "Row" in piece.text]
        assert len(pieces) > 3
        for piece in pieces:
            assert caption in piece.embedded_text
            assert "Name | Remark" in piece.embedded_text
            assert piece.embedded_text.count(caption) == 1


def test_names_of_a_table_are_never_parted_from_its_first_row() -> None:
    for length in range(1, 30):
        of = page_of(table_of(rows_of(20)), before=f"<p>{sentences(length)}</p>")
        (piece,) = (piece for piece in chunk(of, READS_256) if "Name | Remark" in piece.text)
        assert "Name | Remark\nRow 0. It" in piece.text


def test_a_sheet_s_rows_carry_its_title() -> None:
    rows: list[list[object]] = [
        ["Stock of Oakley"],
        [None],
        ["Article", "On hand"],
        *([f"Gasket {n}", n] for n in range(90)),
    ]
    of = load(made.source(made.xlsx({"Stock": rows}), "a.xlsx"))
    for piece in chunk(of, READS_256):
        assert "Stock of Oakley" in piece.embedded_text
        assert "Article: Gasket" in piece.text


def test_long_names_of_many_columns_are_shortened_alike() -> None:
    head = "<tr>" + "".join(f"<th>{letter} is the name of a column" for letter in "ABCDEFGHIJKL")
    of = page_of(table_of([" | ".join(f"{n}.{k}" for k in range(12)) for n in range(40)], head))
    chunks = chunk(of, READS_256)
    agree_with(chunks, of, READS_256)
    names = {piece.embedded_text.split("\n")[0] for piece in chunks if piece.heading_path}
    assert names
    for line in names:
        assert all(f"{letter} is" in line for letter in "ABCDEFGHIJKL")


@pytest.mark.parametrize("name", ["fares.html", "fares.docx", "fares.md"])
def test_every_piece_of_a_long_table_carries_its_header_row(name: str) -> None:
    rows = [["Route", "Departs", "Fare"], *([f"Harbour {n} to Isle", f"{n % 24:02}:15", f"{n}.50"] for n in range(60))]
    html = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * 3, *rows[1:])]
    content = {
        "fares.html": f"<h1>Fares</h1><p>In euro.</p><table>{html}</table><p>{sentences(30)}</p>".encode(),
        "fares.docx": made.docx(("Heading1", "Fares"), table=rows),
        "fares.md": "\n".join(["# Fares", "", "In euro.", "", *lines, "", sentences(30)]).encode(),
    }[name]
    of = load(made.source(content, name))
    chunks = chunk(of, READS_256)
    agree_with(chunks, of, READS_256)
    with_rows = [piece for piece in chunks if "Harbour" in piece.text]
    assert len(with_rows) > 3
    for piece in with_rows:
        assert "Route | Departs | Fare" in piece.embedded_text
        assert ("Route | Departs | Fare" in piece.text) != (piece.heading_path[-1:] == ("Route | Departs | Fare",))
    for piece in chunks:
        if "Harbour" not in piece.text:
            assert "Route" not in piece.embedded_text


def test_one_endless_line_becomes_bounded_chunks_and_its_end_is_kept() -> None:
    of = document(" ".join(f"word{n}" for n in range(60_000)) + " the needle is here", media_type="text/plain")
    chunks = chunk(of, READS_256)
    agree_with(chunks, of, READS_256)
    assert chunks[-1].text.endswith("the needle is here")


def test_an_endless_word_becomes_bounded_chunks() -> None:
    of = document("x" * 300_000, media_type="text/plain")
    chunks = chunk(of, READS_256)
    assert sum(len(piece.text) for piece in chunks) == 300_000
    assert max(len(piece.text) for piece in chunks) <= MAX_CHARACTERS


def test_long_heading_paths_leave_room_for_the_text() -> None:
    path = "\n\n".join(f"{'#' * level} {sentences(9, f'level{level}')}" for level in range(1, 7))
    of = document(f"{path}\n\n{sentences(40)}", title=sentences(9, "title"))
    for piece in chunk(of, READS_256):
        context = piece.embedded_text.split("\n")[0]
        assert len(READS_256.token_offsets(context)) <= CONTEXT_TOKENS
        assert context.startswith("The title number 0")


def test_the_names_of_file_and_folder_stand_before_the_title_within_their_share() -> None:
    of = document(f"# Contact\n\n{sentences(40)}", title="Contact")
    for piece in chunk(of, READS_256, identity=("People", "Amara Delcourt")):
        assert piece.embedded_text.startswith("People › Amara Delcourt › Contact")
        assert piece.token_count == READS_256.count_tokens([piece.embedded_text])[0] <= READS_256.max_tokens
    assert chunk(of, READS_256)[0].embedded_text.startswith("Contact\n")


def test_long_names_leave_room_for_title_and_headings() -> None:
    path = "\n\n".join(f"{'#' * level} {sentences(9, f'level{level}')}" for level in range(1, 7))
    of = document(f"{path}\n\n{sentences(40)}", title=sentences(9, "title"))
    for piece in chunk(of, READS_256, identity=(sentences(9, "folder"), sentences(9, "name"))):
        context = piece.embedded_text.split("\n")[0]
        assert len(READS_256.token_offsets(context)) <= CONTEXT_TOKENS
        assert context.startswith("The folder number 0")
        assert "The title number 0" in context


def test_overlap_repeats_the_end_of_the_chunk_before() -> None:
    of = document(sentences(60), media_type="text/plain")
    apart, overlapping = chunk(of, READS_256), chunk(of, READS_256, overlap_tokens=20)
    agree_with(overlapping, of, READS_256)
    assert all(a.end_char <= b.start_char for a, b in itertools.pairwise(apart))
    assert all(a.end_char > b.start_char for a, b in itertools.pairwise(overlapping))


def test_a_chunk_tells_the_pages_it_touches() -> None:
    first, second, third = sentences(6, "first"), sentences(6, "second"), sentences(6, "third")
    text = "\n\n".join((first, second, third))
    ends = (len(first), len(first) + 2 + len(second), len(text))
    starts = (0, len(first) + 2, ends[1] + 2)
    parts = tuple(
        Part(kind="page", number=n, start=a, end=b) for n, (a, b) in enumerate(zip(starts, ends, strict=True), start=1)
    )
    chunks = chunk(document(text, parts=parts), READS_256)
    assert (chunks[0].part_kind, chunks[0].part_first) == ("page", 1)
    assert (chunks[-1].part_kind, chunks[-1].part_last) == ("page", 3)
    for piece in chunks:
        touched = [part.number for part in parts if part.start < piece.end_char and part.end > piece.start_char]
        assert (piece.part_first, piece.part_last) == (touched[0], touched[-1])


def test_sheets_are_never_merged_and_name_themselves() -> None:
    text = "a: 1 | b: 2\n\nc: 3 | d: 4"
    parts = (
        Part(kind="sheet", number=1, name="Prices", start=0, end=11),
        Part(kind="sheet", number=2, name="Costs", start=13, end=24),
    )
    chunks = chunk(document(text, parts=parts, media_type="text/csv"), READS_256)
    sheets = [(piece.part_name, piece.heading_path) for piece in chunks]
    assert sheets == [("Prices", ("Prices",)), ("Costs", ("Costs",))]


def test_a_slide_without_a_title_does_not_stand_under_the_slide_before() -> None:
    text = f"# Plan\n\n{sentences(14)}\n\n{sentences(14, 'boat')}"
    cut = text.index("The boat number 0")
    parts = (
        Part(kind="slide", number=1, start=0, end=cut - 2),
        Part(kind="slide", number=2, start=cut, end=len(text)),
    )
    chunks = chunk(document(text, parts=parts), READS_256)
    assert [(piece.heading_path, piece.part_first) for piece in chunks] == [(("Plan",), 1), ((), 2)]


@pytest.mark.parametrize("text", ["", "   \n\n  "])
def test_a_document_without_text_has_no_chunks(text: str) -> None:
    assert chunk(document(text), READS_256) == ()


def test_a_document_of_headings_alone_is_still_found() -> None:
    (only,) = chunk(document("# Alpha\n\n# Beta\n\n# Gamma"), READS_256)
    assert re.findall(r"\w+", only.text) == ["Alpha", "Beta", "Gamma"]


def test_a_tokenizer_that_counts_pieces_differently_never_gets_a_chunk_that_is_too_long() -> None:
    class Doubling(FakeEmbedder):
        """Counts a text cut inside a word as twice as long as its tokens."""

        def count_tokens(self, texts: Sequence[str]) -> list[int]:
            return [2 * count for count in super().count_tokens(texts)]

    reader = Doubling(max_tokens=64)
    of = document(sentences(50), media_type="text/plain")
    chunks = chunk(of, reader)
    assert chunks
    assert all(piece.token_count <= 64 for piece in chunks)
    assert "".join(piece.text for piece in chunks).replace(" ", "") == of.text.replace(" ", "")


def test_headings_come_with_the_offset_of_their_line() -> None:
    text = (
        "---\ntitle: 'Run book'\n# comment\n---\n\nIntro\n=====\n\n~~~\n# no\n~~~\n\n### Deep **bold** [link](x) ###\n"
    )
    headings, title = markdown_headings(text)
    assert title == "Run book"
    assert headings == (
        Heading(level=1, text="Intro", start=text.index("Intro")),
        Heading(level=3, text="Deep bold link", start=text.index("### Deep")),
    )
