"""Decides which stage lost the expected passage, from its ranks and fates (pure)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.core.domain import ExactRank, Fate, Hit
from app.quality.diagnosis.trial import Search, repacked
from app.quality.expected.expectation import Expectation, meets
from app.quality.expected.located import Located, StoredChunk, StoredDocument
from app.quality.expected.loss import Loss, ranked_too_low
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


def furthest(search: Search, expectation: Expectation, located: Located) -> Hit | None:
    """The expected candidate that came furthest: cited, else in the prompt, else ranked best; None when there is none.

    Words that no chunk holds whole count where a passage of joined neighbours holds them.
    """
    ids = frozenset(chunk.id for _, chunk in located.whole)
    hits = [hit for hit in search.context.hits if meets(hit, expectation, chunk_ids=ids)]
    if expectation.quote and not any(hit.passage_number for hit in hits):
        hits += _joined(search, expectation)
    return min(hits, key=_how_far, default=None)


def _joined(search: Search, expectation: Expectation) -> Iterable[Hit]:
    """Candidates of joined passages that hold the words."""
    document_alone = Expectation(document=expectation.document, part=expectation.part)
    numbered = {hit.fused_rank: hit for hit in search.context.hits}
    for passage in search.context.passages:
        if len(passage.hits) > 1 and holds(expectation.quote, passage.text):
            for hit in passage.hits:
                if meets(hit, document_alone, chunk_ids=frozenset()):
                    yield numbered[hit.fused_rank]


def _how_far(hit: Hit) -> tuple[bool, bool, int]:
    return not hit.cited, hit.passage_number is None, hit.rank


def loss_of(hit: Hit, search: Search) -> Loss:
    """Where a candidate was lost.

    One that its rank would have let in, but for the token budget or the relevance floor, was lost there. Else it was
    ranked too low: by the reranker, when that put it lower than the first stage had.
    """
    if hit.passage_number is not None:
        if search.answer is None:
            return Loss.IN_PROMPT
        return Loss.NOTHING if hit.cited else Loss.NOT_USED
    if hit.fate is Fate.NOT_SCORED:
        return Loss.NOT_SCORED
    if hit.fate is Fate.DUPLICATE:
        return Loss.DUPLICATE
    limit = int(search.number("passages"))
    # Neighbours that join may make room for more passages, but this one was within the limit by itself.
    pushed_out = hit.fused_rank <= limit < hit.rank
    if hit.fate in (Fate.BUDGET, Fate.BELOW_FLOOR) and not pushed_out and _fits(hit, search, limit):
        return Loss.BUDGET if hit.fate is Fate.BUDGET else Loss.BELOW_FLOOR
    return ranked_too_low(hit)


def _up_to(hit: Hit) -> Callable[[Hit], bool]:
    """Whether a candidate passes a floor low enough for this hit: all that rank before it do."""
    return lambda other: other.rank <= hit.rank


def passages_needed(hit: Hit, search: Search) -> int | None:
    """The smallest passage limit with which this candidate is in the prompt; None when no limit would do.

    It may be smaller than its number in a longer prompt: neighbours are joined and take one passage together.
    """
    low, high = 1, len(search.context.hits)
    if not _fits(hit, search, high):
        return None
    while low < high:
        middle = (low + high) // 2
        if _fits(hit, search, middle):
            high = middle
        else:
            low = middle + 1
    return low


def _fits(hit: Hit, search: Search, limit: int) -> bool:
    context = repacked(search, allowed=_up_to(hit), limit=limit)
    return any(other.fused_rank == hit.fused_rank and other.passage_number is not None for other in context.hits)


def leg_limit(search: Search) -> int:
    """How many candidates each leg hands to the fusion."""
    return int(max(search.number("leg_candidates"), search.number("candidates")))


def missed_most_narrowly(located: Located, ranks: Mapping[int, ExactRank]) -> Missed | None:
    """Of the expected chunks within what was searched, the one that a leg ranks best."""
    missed = [
        Missed(document=document, chunk=chunk, ranks=ranks[chunk.id])
        for document, chunk in located.whole
        if chunk.id in ranks
    ]
    return min(missed, key=lambda item: (item.best_rank, item.chunk.id), default=None)


def loss_in_retrieval(missed: Missed | None, search: Search) -> Loss:
    """Where a chunk that is no candidate was lost."""
    if missed is None:
        return Loss.OUT_OF_SCOPE
    return Loss.FUSED_OUT if in_legs(missed, search) else Loss.NOT_RETRIEVED


def in_legs(missed: Missed, search: Search) -> tuple[str, ...]:
    """The legs among whose candidates it is, by its exact ranks."""
    limit = leg_limit(search)
    ranks = (("vector", missed.ranks.vector_rank), ("text", missed.ranks.text_rank))
    return tuple(leg for leg, rank in ranks if rank is not None and rank <= limit)
