"""A follow-up that no model rewrote goes in, the better of two searches comes out: as it stands, and with added words.

The words come from the question before. They are needed where the follow-up points back, and mislead where it begins a
topic of its own; which of the two it is, the reranker says.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from app.core.domain import NO_FILTERS, Fate, Filters, Hit, Planned, Query, Retrieved, Started
from app.search import Searcher

_HEADS = 3  # best candidates of each search that are judged for both readings
_NEAR = 0.05  # of relevance: so near to each other, a passage fits both readings
ALONE, ADDED = "as it stands", "with the added words"  # as the ledger names the searches


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The question as it is understood, with its search."""

    query: Query  # its text is the reading that fits
    retrieved: Retrieved
    others: tuple[Hit, ...]  # candidates that only the other search found, ranked behind


def better_reading(
    searcher: Searcher, query: Query, *, collection: str | None = None, filters: Filters = NO_FILTERS
) -> Generator[Started | Planned, None, Reading]:
    """Search for both texts of the query, each as any other question.

    The best candidates of both searches are judged for both readings. The one with the highest mean relevance decides:
    the question as it stands counts when this passage is clearly more relevant for it. Without a reranker no passage
    can be judged, and the added words count.
    """
    alone, added = (query.also, query.text) if query.changed else (query.text, query.also)
    found = []
    for text in (alone, added):
        found.append((yield from searcher.stages(text, collection=collection, filters=filters)))
    as_it_stands, with_words = found
    heads = _heads(found)
    changed = bool(heads)
    if with_words.scored and as_it_stands.scored:
        changed = _fits_added(heads, *(_relevances(searcher, text, heads) for text in (alone, added)))
    winner, loser = (with_words, as_it_stands) if changed else (as_it_stands, with_words)
    names = (ADDED, ALONE) if changed else (ALONE, ADDED)
    text, also = (added, alone) if changed else (alone, added)
    return Reading(
        query=replace(query, text=text, also=also, changed=changed),
        retrieved=_named(winner, loser, names),
        others=_others(winner, loser, names[1], also),
    )


def _heads(found: Sequence[Retrieved]) -> tuple[Hit, ...]:
    best = {hit.chunk_id: hit for one in reversed(found) for hit in one.context.hits[:_HEADS]}
    return tuple(best.values())


def _relevances(searcher: Searcher, text: str, heads: Sequence[Hit]) -> dict[int, float]:
    """Chunk id -> relevance for a reading (0..1)."""
    reranked = searcher.reranker.rerank(text, heads).hits
    return {hit.chunk_id: searcher.reranker.relevance(hit) for hit in reranked}


def _fits_added(heads: Sequence[Hit], alone: dict[int, float], added: dict[int, float]) -> bool:
    """Whether the added words are meant."""
    best = max((hit.chunk_id for hit in heads), key=lambda chunk: alone[chunk] + added[chunk])
    return alone[best] - added[best] <= _NEAR


def _named(winner: Retrieved, loser: Retrieved, names: tuple[str, str]) -> Retrieved:
    """The search that counts, with the names of the searches that found each candidate, and the time of both."""
    in_both = {hit.chunk_id for hit in loser.context.hits}
    hits = tuple(
        replace(hit, found_by=_joined(hit.found_by, *(names if hit.chunk_id in in_both else names[:1])))
        for hit in winner.context.hits
    )
    timings = {stage: seconds + loser.timings.get(stage, 0.0) for stage, seconds in winner.timings.items()}
    return replace(winner, context=replace(winner.context, hits=hits), timings=timings)


def _others(winner: Retrieved, loser: Retrieved, name: str, text: str) -> tuple[Hit, ...]:
    """What only the other search found, for the ledger: behind all others in rank."""
    known = {hit.chunk_id for hit in winner.context.hits}
    only = [hit for hit in loser.context.hits if hit.chunk_id not in known]
    ranks = [hit.fused_rank for hit in winner.context.hits] + [one.fused_rank for one in winner.left_out]
    last = max(ranks, default=0)
    return tuple(
        replace(
            hit,
            final_rank=len(winner.context.hits) + number,
            fused_rank=last + number,
            fate=Fate.OTHER_READING,
            fate_detail=f"scored for “{text}”",
            found_by=_joined(hit.found_by, name),
        )
        for number, hit in enumerate(only, 1)
    )


def _joined(*names: str) -> str:
    return ", ".join(filter(None, names))
