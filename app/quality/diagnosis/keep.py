"""What was expected goes in, golden passages come out, by place and words, so that they survive another chunking."""

from collections.abc import Sequence

from app.core.domain import Hit
from app.quality.expected.expectation import Expectation
from app.quality.expected.golden import Expected, expected_of
from app.quality.expected.locate import Whereabouts


def golden_passages(expectation: Expectation, where: Whereabouts, hits: Sequence[Hit]) -> tuple[Expected, ...]:
    """Where the passage stands today; else as the answer's candidates had it; else the words or the document alone."""
    if expectation.quote and where.places:
        return tuple(
            Expected(
                source_uri=place.document.source_uri,
                start_char=place.start_char,
                end_char=place.end_char,
                quote=place.words,
            )
            for place in where.places
        )
    if expectation.chunk_id is not None:
        stored = tuple(
            Expected(
                source_uri=document.source_uri,
                part=chunk.part_first,
                start_char=chunk.start_char,
                end_char=chunk.end_char,
                quote=chunk.text,
            )
            for document, chunk in where.whole
        )
        return stored or tuple(expected_of(hit) for hit in hits if hit.chunk_id == expectation.chunk_id)
    named = tuple(Expected(source_uri=document.source_uri, part=expectation.part) for document in where.documents)
    return named or (Expected(source_uri=expectation.document, part=expectation.part, quote=expectation.quote),)
