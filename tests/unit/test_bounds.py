"""Bounds on one document: what they leave out is named in its warnings."""

from dataclasses import replace

from app.core.domain import Chunk, Document, EmbeddedChunk
from ingest.bounds import Bounds

_CHUNK = Chunk(
    ordinal=0,
    text="words",
    heading_path=(),
    part_kind=None,
    part_first=None,
    part_last=None,
    part_name="",
    start_char=0,
    end_char=5,
    token_count=3,
    embedded_text="words",
)


def chunks(*texts: str) -> list[Chunk]:
    return [replace(_CHUNK, ordinal=number, text=text) for number, text in enumerate(texts)]


def warnings(bounds: Bounds, pieces: list[Chunk], *, embedded: int) -> list[str]:
    kept = bounds.kept(pieces)
    document = Document(title="t", text="", media_type="text/plain", language=None, warnings=("an earlier one",))
    noted = bounds.noted(
        document, pieces, kept, [EmbeddedChunk(chunk=chunk, embedding=[]) for chunk in kept[:embedded]]
    )
    assert noted.warnings[0] == "an earlier one"
    return list(noted.warnings[1:])


def test_nothing_is_left_out_of_an_ordinary_document_and_nothing_said() -> None:
    pieces = chunks("one", "2", "三")
    assert list(Bounds().kept(pieces)) == pieces
    assert warnings(Bounds(), pieces, embedded=3) == []


def test_passages_without_a_letter_or_digit_are_left_out_and_counted() -> None:
    pieces = chunks("[[[ [[[", "one", "=====", "½ cup")
    assert [chunk.text for chunk in Bounds().kept(pieces)] == ["one", "½ cup"]
    assert warnings(Bounds(), pieces, embedded=2) == ["2 passages without a letter or digit: left out."]


def test_passages_beyond_the_bound_are_left_out_and_the_warning_says_where() -> None:
    pieces = [replace(chunk, part_kind="page", part_last=chunk.ordinal + 1) for chunk in chunks("a", "b", "c")]
    assert warnings(Bounds(passages=2), pieces, embedded=2) == [
        "It has 3 passages: the last 1 were left out, after page 2. Split it, or raise FOREMOST_DOCUMENT_PASSAGES."
    ]


def test_passages_without_time_for_embedding_are_counted() -> None:
    (warning,) = warnings(Bounds(embed_seconds=9), chunks("a", "b", "c"), embedded=1)
    assert warning == (
        "Embedding it takes more than 9 seconds: 2 of 3 passages were left out. "
        "Split it, or raise FOREMOST_DOCUMENT_EMBED_SECONDS."
    )
