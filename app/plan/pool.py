"""Ranked candidates of the whole question and of its parts go in, one fair order comes out (pure)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from app.core.domain import Hit, LeftOut

Relevance = Callable[[Hit], float]


def pooled(found: Sequence[Sequence[Hit]], relevance: Relevance) -> tuple[Hit, ...]:
    """The candidates of all searches, each once, in an order in which every part has its turn.

    found: for the whole question, then for each part, in final order. A candidate of several searches keeps the ranks
    and scores of the one for which it is most relevant. Those that a reranker did not score come last.
    """
    best: dict[int, Hit] = {}
    finders: dict[int, list[int]] = {}
    for number, hits in enumerate(found):
        for hit in hits:
            finders.setdefault(hit.chunk_id, []).append(number)
            known = best.get(hit.chunk_id)
            if known is None or _value(hit, relevance) > _value(known, relevance):
                best[hit.chunk_id] = hit
    fused = _fused_order(found)
    scored = any(hit.logit is not None for hit in best.values())
    order = sorted(_in_turn(found), key=lambda chunk_id: scored and best[chunk_id].logit is None)
    return tuple(
        replace(best[chunk_id], fused_rank=fused[chunk_id], final_rank=rank, found_by=tuple(finders[chunk_id]))
        for rank, chunk_id in enumerate(order, 1)
    )


def pooled_left_out(left_out: Sequence[Sequence[LeftOut]], hits: Sequence[Hit]) -> tuple[LeftOut, ...]:
    """What no search has among its candidates, each once, ranked behind them."""
    taken = {hit.chunk_id for hit in hits}
    finders: dict[int, list[int]] = {}
    first: dict[int, LeftOut] = {}
    for number, ones in enumerate(left_out):
        for one in ones:
            if one.chunk_id not in taken:
                finders.setdefault(one.chunk_id, []).append(number)
                first.setdefault(one.chunk_id, one)
    ordered = sorted(first.values(), key=lambda one: (one.fused_rank, finders[one.chunk_id][0]))
    return tuple(
        replace(one, fused_rank=rank, found_by=tuple(finders[one.chunk_id]))
        for rank, one in enumerate(ordered, len(hits) + 1)
    )


def _value(hit: Hit, relevance: Relevance) -> tuple[bool, float]:
    return hit.logit is not None, relevance(hit)


def _fused_order(found: Sequence[Sequence[Hit]]) -> dict[int, int]:
    """Chunk -> rank of the first stage over all searches: by its best rank in any, then by the search."""
    by_rank = sorted((hit.fused_rank, number, hit.chunk_id) for number, hits in enumerate(found) for hit in hits)
    order = dict.fromkeys(chunk_id for _, _, chunk_id in by_rank)
    return {chunk_id: rank for rank, chunk_id in enumerate(order, 1)}


def _in_turn(found: Sequence[Sequence[Hit]]) -> Iterator[int]:
    """Chunks: the best of each part, the second of each part, and so on; last what only the whole question found."""
    whole, *parts = [[hit.chunk_id for hit in hits] for hits in found]
    given: set[int] = set()
    lines = [iter(part) for part in parts]
    while lines:
        for line in tuple(lines):
            chunk_id = next((chunk_id for chunk_id in line if chunk_id not in given), None)
            if chunk_id is None:
                lines.remove(line)
                continue
            given.add(chunk_id)
            yield chunk_id
    yield from (chunk_id for chunk_id in whole if chunk_id not in given)
