"""The final order and the question go in; among passages that say alike, those meant come first (pure).

Versions of one document, or forms filled in alike, differ in a number and a name: their scores are nearly equal, and
which of them comes first is chance. What decides here: names and versions that the question writes, its year, words
such as "latest" or "previous". Passages that say alike exchange their places; none is dropped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import pstdev

from app.core.dates import stamps
from app.core.domain import BEHIND, Hit
from app.core.names import folder_of, readable, words_of
from app.core.stop_words import STOP_WORDS
from app.prefer.alike import alike
from app.prefer.dating import Dating, dating_of
from app.prefer.wish import Direction, Wish, named_files, wish_of

_NEAR = 0.25  # of relevance: a passage that is so much less relevant than the first of its group keeps its place
# Of the standard deviation of all scores: the most that a date alone moves a passage past others.
_DATE_BONUS = 0.35
_FEWEST_SCORES = 4  # fewer have no standard deviation that means something

Datings = Mapping[int, Dating]  # by chunk id


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferred:
    """The candidates in their final order, and what changed it."""

    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()  # for people; empty when the order is the same


@dataclass(frozen=True, slots=True, order=True)
class _Fit:
    """How well a passage is what the question means among those that say alike; larger is better."""

    names: int = 0  # words of the question that only its file's name has
    version: int = 0
    date: int = 0
    direction: int = 0


def prefer(question: str, hits: Sequence[Hit], relevance: Callable[[Hit], float]) -> Preferred:
    """The hits with those that the question quotes or names by file, date or version before those that say alike.

    hits: in their final order. relevance(hit): 0..1, as the reranker gives it. Each hit whose place was decided here
    says why in its `reason`.
    """
    wish = wish_of(question)
    datings = {hit.chunk_id: dating_of(hit, read_text=bool(wish.stamps)) for hit in hits}
    reasons: dict[int, str] = {}
    order = _by_date(hits, wish, datings, reasons)
    for group in alike(order):
        order = _exchanged(order, group, wish, datings, relevance, reasons)
    notes = [_note(wish)] if _ids(order) != _ids(hits) else []
    files = named_files(question, {hit.name for hit in hits if hit.name})
    named = [hit for hit in order if hit.name in files]
    if named:
        before, order = order, [*named, *(hit for hit in order if hit.name not in files)]
        reasons |= {hit.chunk_id: "its file is named in the question" for hit in named}
        if _ids(order) != _ids(before):
            notes = [f"The question names {' and '.join(sorted(files))}: passages of this file come first."]
    order, quote_notes = _quoting_first(order, reasons)
    notes += quote_notes
    ranked = enumerate(order, 1)
    return Preferred(
        hits=tuple(replace(hit, final_rank=rank, reason=reasons.get(hit.chunk_id, "")) for rank, hit in ranked),
        notes=tuple(notes),
    )


def _quoting_first(order: list[Hit], reasons: dict[int, str]) -> tuple[list[Hit], list[str]]:
    """The hits with those that hold the quoted words before the others, and a note when that moved any."""
    holding = [hit for hit in order if hit.holds_quote]
    if not holding:
        return order, []
    reasons |= {hit.chunk_id: "it holds the quoted words" for hit in holding if hit.chunk_id not in reasons}
    first = [*holding, *(hit for hit in order if not hit.holds_quote)]
    return first, ["Passages with the quoted words come first."] if _ids(first) != _ids(order) else []


def _ids(hits: Sequence[Hit]) -> list[int]:
    return [hit.chunk_id for hit in hits]


# ------------------------------------------------------------------------------------------- a date moves a little


def _by_date(hits: Sequence[Hit], wish: Wish, datings: Datings, reasons: dict[int, str]) -> list[Hit]:
    """The hits, those of a certain date moved past others with nearly the same score; unscored ones stay last."""
    scores = {hit.chunk_id: hit.rerank_score for hit in hits if hit.rerank_score is not None}
    if not scores:
        scores = {hit.chunk_id: hit.fused_score for hit in hits}
    if len(scores) < _FEWEST_SCORES or not (wish.stamps or wish.direction.certain):
        return list(hits)
    bonus = _DATE_BONUS * pstdev(scores.values())
    wanted = _agreeing(wish, datings) if wish.stamps else _extremes(wish, datings)
    known = [hit for hit in hits if hit.chunk_id in scores]
    order = sorted(known, key=lambda hit: -scores[hit.chunk_id] - bonus * wanted.get(hit.chunk_id, 0.0))
    places = {chunk_id: place for place, chunk_id in enumerate(_ids(known))}
    for place, hit in enumerate(order):
        if place < places[hit.chunk_id] and wanted.get(hit.chunk_id):
            reasons[hit.chunk_id] = f"dated {_date_of(datings[hit.chunk_id])}, which the question prefers"
    return [*order, *(hit for hit in hits if hit.chunk_id not in scores)]


def _agreeing(wish: Wish, datings: Datings) -> dict[int, float]:
    return {chunk_id: float(dating.agreement(wish) == 3) for chunk_id, dating in datings.items()}


def _extremes(wish: Wish, datings: Datings) -> dict[int, float]:
    """1 for the newest (or oldest) date of all, 0 for the other end, evenly between."""
    dates = {key: dating.date for key, dating in datings.items() if dating.date is not None}
    ladder = sorted(set(dates.values()), reverse=wish.direction is Direction.OLDEST)
    steps = max(len(ladder) - 1, 1)
    return {key: ladder.index(date) / steps for key, date in dates.items()} if len(ladder) > 1 else {}


def _date_of(dating: Dating) -> str:
    return str(dating.date or "")


# ------------------------------------------------------------------------------------- passages that say alike


def _exchanged(
    order: list[Hit],
    group: Sequence[Hit],
    wish: Wish,
    datings: Datings,
    relevance: Callable[[Hit], float],
    reasons: dict[int, str],
) -> list[Hit]:
    """The order with the passages of a group on each other's places, the best fit first."""
    least = relevance(group[0]) - _NEAR
    near = [hit for hit in group if relevance(hit) >= least]
    fits = _fits(near, wish, datings)
    best = max(fits.values(), default=_Fit())
    if all(fit == best for fit in fits.values()):
        return order
    ranked = sorted(near, key=lambda hit: fits[hit.chunk_id], reverse=True)
    places = {chunk_id: place for place, chunk_id in enumerate(_ids(order))}
    result = list(order)
    for place, hit in zip(sorted(places[hit.chunk_id] for hit in near), ranked, strict=True):
        result[place] = hit
        if fits[hit.chunk_id] == best:
            reasons[hit.chunk_id] = _reason(hit, best, wish, datings[hit.chunk_id])
        else:
            reasons[hit.chunk_id] = f"{BEHIND}{ranked[0].name or ranked[0].title}, which the question means"
    return result


def _fits(hits: Sequence[Hit], wish: Wish, datings: Datings) -> dict[int, _Fit]:
    said = {hit.document_id: _name_words(hit) for hit in hits}
    common = frozenset.intersection(*said.values()) if said else frozenset()
    asked = wish.words - STOP_WORDS - common
    ladder = _ladder(hits, datings)
    return {
        hit.chunk_id: _Fit(
            names=len(asked & said[hit.document_id]),
            version=int(bool(wish.version) and datings[hit.chunk_id].version[: len(wish.version)] == wish.version),
            date=datings[hit.chunk_id].agreement(wish),
            direction=_direction(ladder[hit.chunk_id], max(ladder.values()), wish.direction),
        )
        for hit in hits
    }


def _name_words(hit: Hit) -> frozenset[str]:
    """The words of a document's name, folder and title, without years, which are compared as dates."""
    words = words_of(f"{readable(hit.name)} {folder_of(hit.source_uri)} {hit.title}")
    return frozenset(word for word in words if len(word) > 1 and not stamps(word))


def _ladder(hits: Sequence[Hit], datings: Datings) -> dict[int, int]:
    """Chunk id -> the place of its document in the row from the oldest, 0, to the newest."""
    own = [datings[hit.chunk_id] for hit in hits]
    by_name, by_version = any(one.named for one in own), any(one.version for one in own)
    moments = {hit.chunk_id: datings[hit.chunk_id].moment(by_name=by_name, by_version=by_version) for hit in hits}
    row = sorted(set(moments.values()))
    return {chunk_id: row.index(moment) for chunk_id, moment in moments.items()}


def _direction(place: int, newest: int, direction: Direction) -> int:
    """Larger is better: up to the newest, down to the oldest, or the latest of those before the newest."""
    match direction:
        case Direction.NEWEST | Direction.CURRENT:
            return place
        case Direction.OLDEST:
            return -place
        case Direction.EARLIER:
            return place if place < newest else -1
        case _:
            return 0


def _reason(hit: Hit, fit: _Fit, wish: Wish, dating: Dating) -> str:
    if fit.names:
        return f"its name says {', '.join(sorted((wish.words - STOP_WORDS) & _name_words(hit)))}, as the question does"
    if fit.version:
        return f"version {'.'.join(map(str, dating.version))}, as the question asks"
    if fit.date:
        return f"{'dated' if fit.date == 3 else 'it speaks of' if dating.in_text else 'changed in'} {wish.dates}"
    return f"{wish.direction.value} of those that say alike"


def _note(wish: Wish) -> str:
    meant = "those come first whose names the question says"
    if wish.stamps:
        meant = f"those of {wish.dates} come first"
    elif wish.version:
        meant = f"those of version {'.'.join(map(str, wish.version))} come first"
    elif wish.direction:
        meant = f"{wish.direction.value} comes first"
    return f"Of passages that say alike, {meant}."
