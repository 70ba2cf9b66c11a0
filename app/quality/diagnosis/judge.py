"""What is known of the expected passage goes in, the stage that lost it comes out (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.domain import ExactRank, Fate, Hit
from app.quality.diagnosis.trial import Run, repacked
from app.quality.diagnosis.verdict import Loss
from app.quality.expected.expectation import Expectation, meets
from app.quality.expected.locate import StoredChunk, StoredDocument, Whereabouts
from app.quality.expected.words import holds


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """An expected chunk that was no candidate, with its exact ranks."""

    document: StoredDocument
    chunk: StoredChunk
    ranks: ExactRank

    @property
    def best_rank(self) -> int:
        """The better of its two leg ranks."""
        return min(self.ranks.vector_rank, self.ranks.text_rank or self.ranks.vector_rank)


def furthest(run: Run, expectation: Expectation, whereabouts: Whereabouts) -> Hit | None:
    """The expected candidate that came furthest: cited, else in the prompt, else ranked best; None when there is none.

    Words that no chunk holds whole count where a passage of joined neighbours holds them.
    """
    ids = frozenset(chunk.id for _, chunk in whereabouts.whole)
    found = [hit for hit in run.context.hits if meets(hit, expectation, chunk_ids=ids)]
    if expectation.quote and not any(hit.passage_number for hit in found):
        found += _joined(run, expectation)
    return min(found, key=_how_far, default=None)


def _joined(run: Run, expectation: Expectation) -> Iterable[Hit]:
    for passage in run.context.passages:
        if len(passage.hits) > 1 and holds(expectation.quote, passage.text):
            anywhere = Expectation(document=expectation.document, part=expectation.part)
            numbered = {hit.fused_rank: hit for hit in run.context.hits}
            yield from (numbered[hit.fused_rank] for hit in passage.hits if meets(hit, anywhere, chunk_ids=frozenset()))


def _how_far(hit: Hit) -> tuple[bool, bool, int]:
    return not hit.cited, hit.passage_number is None, hit.final_rank or hit.fused_rank


def loss_of(hit: Hit, run: Run) -> Loss:
    """Where a candidate was lost.

    One that its rank would have let in, but for the token budget or the relevance floor, was lost there. Else it was
    ranked too low: by the reranker, when that put it lower than the first stage had.
    """
    if hit.passage_number is not None:
        if run.answer is None:
            return Loss.IN_PROMPT
        return Loss.NOTHING if hit.cited else Loss.NOT_USED
    if hit.fate is Fate.NOT_SCORED:
        return Loss.NOT_SCORED
    if hit.fate is Fate.DUPLICATE:
        return Loss.DUPLICATE
    final, fused, limit = hit.final_rank or hit.fused_rank, hit.fused_rank, int(run.number("passages"))
    pushed_out = fused <= limit < final  # neighbours that join may make room for more, but it had a place of its own
    if hit.fate in (Fate.BUDGET, Fate.BELOW_FLOOR) and not pushed_out and _fits(hit, run, limit):
        return Loss.BUDGET if hit.fate is Fate.BUDGET else Loss.BELOW_FLOOR
    return Loss.RERANKED_DOWN if hit.logit is not None and final > fused else Loss.BEYOND_LIMIT


def _up_to(hit: Hit) -> Callable[[Hit], bool]:
    """A floor low enough for this candidate lets in all that rank before it."""
    last = hit.final_rank or hit.fused_rank
    return lambda other: (other.final_rank or other.fused_rank) <= last


def places_needed(hit: Hit, run: Run) -> int | None:
    """How many passages there would have to be for this one to be among them; None when no number would do.

    Not its number in a longer prompt: a neighbour that is in already takes it in without a place of its own.
    """
    least, most = 1, len(run.context.hits)
    if not _fits(hit, run, most):
        return None
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if _fits(hit, run, middle) else (middle + 1, most)
    return least


def _fits(hit: Hit, run: Run, limit: int) -> bool:
    again = repacked(run, allowed=_up_to(hit), limit=limit)
    return any(other.fused_rank == hit.fused_rank and other.passage_number is not None for other in again.hits)


def leg_limit(run: Run) -> int:
    """How many candidates each leg hands to the fusion."""
    return int(max(run.number("leg_candidates"), run.number("candidates")))


def missed_most_narrowly(whereabouts: Whereabouts, ranks: Mapping[int, ExactRank]) -> Missed | None:
    """Of the expected chunks within what was searched, the one that a leg ranks best."""
    missed = [
        Missed(document=document, chunk=chunk, ranks=ranks[chunk.id])
        for document, chunk in whereabouts.whole
        if chunk.id in ranks
    ]
    return min(missed, key=lambda one: (one.best_rank, one.chunk.id), default=None)


def loss_before_ranking(expectation: Expectation, whereabouts: Whereabouts) -> Loss | None:
    """What can be told from the corpus alone; None when some chunk is the expected passage."""
    if whereabouts.whole:
        return None
    if any(place.pieces for place in whereabouts.places):
        return Loss.SPLIT
    stored = [document for document in whereabouts.documents if document.status != "failed"]
    return Loss.NOT_IN_TEXT if stored and not expectation.chunk_id else Loss.NOT_INGESTED


def loss_in_retrieval(missed: Missed | None, run: Run) -> Loss:
    """Where a chunk that is no candidate was lost."""
    if missed is None:
        return Loss.OUT_OF_SCOPE
    return Loss.FUSED_OUT if in_legs(missed, run) else Loss.NOT_RETRIEVED


def in_legs(missed: Missed, run: Run) -> Sequence[str]:
    """The legs among whose candidates it is, by its exact ranks."""
    limit = leg_limit(run)
    ranks = (("vector", missed.ranks.vector_rank), ("text", missed.ranks.text_rank))
    return tuple(leg for leg, rank in ranks if rank is not None and rank <= limit)
