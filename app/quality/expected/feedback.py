"""Feedback on answers, and expectations kept as passages of the golden set."""

from app.core.domain import Answer, Hit, Outcome
from app.core.errors import NotFoundError
from app.ledger import Ledger
from app.quality.expected.expectation import Expectation, parse
from app.quality.expected.golden import Expected, Golden, expected_of
from app.quality.expected.locate import Locator
from app.quality.expected.located import Located, StoredChunk, StoredDocument


class Feedback:
    """Thumbs, and passages that a person marks as the right ones."""

    def __init__(self, ledger: Ledger, golden: Golden) -> None:
        self._ledger = ledger
        self._golden = golden

    def rate(self, answer: Answer, value: int) -> int | None:
        """Set -1, 0 or 1 on an answer; returns the id of the golden question kept for it, None without one.

        A good answer keeps the passages it cites; a good "not found" keeps the question as unanswerable here. Any
        other value removes what an earlier thumb kept.
        """
        self._ledger.give_feedback(answer.id, value)
        if value != 1:
            self._remove_thumbs(answer)
            return None
        cited = [expected_of(hit) for hit in answer.context.hits if hit.cited]
        not_found = answer.outcome is Outcome.NOT_FOUND
        if not not_found and not (cited and answer.outcome is Outcome.ANSWERED):
            return None
        return self._golden.add(
            answer.query.text,
            () if not_found else cited,
            answerable=not not_found,
            source="thumbs",
            collection=answer.collection,
        )

    def right_passage(self, answer: Answer, hit: Hit) -> int:
        """Keep a candidate as the passage that the question should find; returns the golden question's id."""
        return self._golden.add(answer.query.text, [expected_of(hit)], source="picked", collection=answer.collection)

    def keep(self, answer: Answer, passage: Expected) -> int:
        """Keep a passage that an answer lacked; returns the golden question's id."""
        return self._golden.add(answer.query.text, [passage], source="why", collection=answer.collection)

    @staticmethod
    def candidate(answer: Answer, fused_rank: object) -> Hit:
        """The candidate of that fused rank. Raises NotFoundError."""
        for hit in answer.context.hits:
            if hit.fused_rank == fused_rank:
                return hit
        raise NotFoundError(f"This answer has no candidate {fused_rank}.")

    def _remove_thumbs(self, answer: Answer) -> None:
        """Remove the answer's question where a thumb alone has added it."""
        text = " ".join(answer.query.text.split())
        ids = [
            question.id
            for question in self._golden.questions(collection=answer.collection)
            if question.question == text and question.collection == answer.collection and question.source == "thumbs"
        ]
        if ids:
            self._golden.remove(ids)


def golden_passage(text: str, locator: Locator, *, collection: str | None = None) -> Expected:
    """A typed expectation as a passage of the golden set. Raises QuestionError or NotFoundError."""
    expectation = parse(text, locator.is_document)
    return as_golden(expectation, locator.locate(expectation), collection=collection)


def as_golden(
    expectation: Expectation, located: Located, *, answer: Answer | None = None, collection: str | None = None
) -> Expected:
    """An expectation as a passage of the golden set, by document and words, so that it survives another chunking.

    A chunk and words with a single occurrence are kept with their span. Words with several occurrences are kept as
    words, so that any of them counts; what the corpus does not hold is kept as it was typed. Occurrences in the
    question's collection take precedence. answer: its candidates stand in for a chunk that is no longer stored.
    Raises NotFoundError for a chunk that is in neither.
    """
    if expectation.chunk_id is not None:
        return _of_chunk(expectation.chunk_id, located, answer)
    documents = located.documents
    occurrences = located.occurrences
    if collection is not None:
        documents = tuple(d for d in documents if d.collection == collection) or documents
        occurrences = tuple(o for o in occurrences if o.document.collection == collection) or occurrences
    if expectation.quote and len(occurrences) == 1:
        (occurrence,) = occurrences
        return Expected(
            source_uri=occurrence.document.source_uri,
            sha256=occurrence.document.sha256,
            start_char=occurrence.start_char,
            end_char=occurrence.end_char,
            quote=occurrence.words,
        )
    address = documents[0].source_uri if len(documents) == 1 else expectation.document
    return Expected(source_uri=address, part=expectation.part, quote=expectation.quote)


def _of_chunk(chunk_id: int, located: Located, answer: Answer | None) -> Expected:
    for document, chunk in located.whole:
        return _of_stored(document, chunk)
    for hit in answer.context.hits if answer is not None else ():
        if hit.chunk_id == chunk_id:
            return expected_of(hit)
    raise NotFoundError(f"There is no passage {chunk_id} any more.", fix="Search again and take its number from there.")


def _of_stored(document: StoredDocument, chunk: StoredChunk) -> Expected:
    return Expected(
        source_uri=document.source_uri,
        sha256=document.sha256,
        part=chunk.part_first,
        start_char=chunk.start_char,
        end_char=chunk.end_char,
        quote=chunk.text,
    )
