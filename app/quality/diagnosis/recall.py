"""Remedies for a passage that never became a candidate, tried beforehand where that is possible."""

import math
from dataclasses import replace

from app.core.settings import variable_names
from app.quality.diagnosis.case import MAX_PASSAGES, TRIES, Case, changed, for_idle_leg, if_it_helps
from app.quality.diagnosis.judge import Missed, leg_limit
from app.quality.diagnosis.trial import Search
from app.quality.diagnosis.verdict import Remedy, Value
from app.quality.expected.located import Located, Occurrence

MAX_CANDIDATES = 1000  # that the settings allow
_MAX_RERANKED = 200  # candidates; a trial with more would take too long to wait for
_WEIGHT_FACTORS = (1.5, 2, 3, 5)


def for_not_ingested(located: Located) -> list[Remedy]:
    """Ingest the document, or fix the file that failed."""
    if any(status in ("queued", "running") for _, status, _ in located.uploads):
        return [Remedy(text="It waits for the worker: let `python -m ingest worker` run, then ask again.")]
    failed = [document for document in located.documents if document.status == "failed"]
    if failed:
        return [Remedy(text=f"Fix the file as the reason says, then: `python -m ingest {failed[0].source_uri}`")]
    return [Remedy(text="Ingest the document: `python -m ingest PATH`; with `--dry-run` it says what it would do.")]


def for_not_as_quoted() -> list[Remedy]:
    """Another quote."""
    return [Remedy(text="Choose the passage that you mean among the nearest ones, or quote it as it is written there.")]


def for_not_in_text(located: Located) -> list[Remedy]:
    """Remedies for a document whose extracted text lacks the words."""
    if any(document.status == "empty" for document in located.documents):
        text = "No text was found in the document. A scan needs text recognition; a picture has no words."
    else:
        text = (
            "Open the document in the page and look at its text there: quote it as it was read, or ingest a better "
            "original, when words were lost in reading it."
        )
    return [Remedy(text=text)]


def for_split(case: Case, occurrence: Occurrence) -> list[Remedy]:
    """Overlapping chunks, or both pieces in the prompt, where neighbours are joined."""
    first, start = occurrence.pieces[0], occurrence.start_char or 0
    tokens = case.trials.tokens(first.text[max(0, start - first.start_char) :])
    overlap = Remedy(
        text=f"Chunks that overlap by at least {tokens} tokens would hold the words whole: the cut is at character "
        f"{first.end_char:,}, {tokens} tokens after they begin. Ingest the document again with such chunks."
    )
    return [overlap, *_for_dropped_piece(case, occurrence), *_for_lost_piece(case, occurrence)]


def _for_dropped_piece(case: Case, occurrence: Occurrence) -> list[Remedy]:
    """More passages, when all pieces are candidates and some did not reach the prompt."""
    hits = {hit.chunk_id: hit for hit in case.search.context.hits}
    pieces = [hits[piece.id] for piece in occurrence.pieces if piece.id in hits]
    if len(pieces) < len(occurrence.pieces) or all(hit.passage_number is not None for hit in pieces):
        return []
    changes: dict[str, Value] = {
        "passages": min(MAX_PASSAGES, int(case.search.number("passages")) + 3),
        "passages_tokens": int(case.search.number("passages_tokens")) + 600,
    }
    text = "Neighbouring chunks are joined when both are in the prompt: give it more passages."
    return if_it_helps(case, text, changes)


def _for_lost_piece(case: Case, occurrence: Occurrence) -> list[Remedy]:
    """What makes a candidate of a piece that is none, when that brings the joined pieces into the prompt."""
    candidates = {hit.chunk_id for hit in case.search.context.hits}
    lost = [piece for piece in occurrence.pieces if piece.id not in candidates]
    ranks = case.trials.exact_ranks(case.search, [piece.id for piece in lost]) if lost else {}
    for piece in lost:
        if piece.id not in ranks:
            continue
        missed = Missed(document=occurrence.document, chunk=piece, ranks=ranks[piece.id])
        piece_alone = Located(occurrences=(Occurrence(document=occurrence.document, whole=(piece,)),))
        remedies = for_idle_leg(case, missed.ranks.vector_rank, missed.ranks.text_rank, only_if_it_helps=True)
        if missed.best_rank <= MAX_CANDIDATES:
            changes = _enough_candidates(replace(case, located=piece_alone), missed.best_rank)
            if changes is not None and changes["candidates"] <= _MAX_RERANKED:
                text = (
                    f"Passage {piece.id} is no candidate: with more of them both pieces come into the prompt, joined."
                )
                remedies += if_it_helps(case, text, changes)
        return remedies
    return []


def for_out_of_scope(located: Located, search: Search) -> list[Remedy]:
    """Search where the passage is."""
    names = sorted({document.collection for document, _ in located.whole})
    outside = search.collection is not None and search.collection not in names
    where = f"It is in {' and '.join(names)}. " if outside else ""
    return [Remedy(text=f"{where}Ask without the collection or filter that excludes it.")]


def for_recall(case: Case, missed: Missed) -> list[Remedy]:
    """A weight that is not zero, then as many candidates as its rank needs, then a heavier weight."""
    return [
        *for_idle_leg(case, missed.ranks.vector_rank, missed.ranks.text_rank),
        *_more_candidates(case, missed),
        *_heavier_leg(case, missed),
    ]


def _more_candidates(case: Case, missed: Missed) -> list[Remedy]:
    rank = missed.best_rank
    if rank > MAX_CANDIDATES:
        return [
            Remedy(
                text=f"Its best rank in a leg is {rank:,}, no number of candidates (at most {MAX_CANDIDATES:,}) "
                "reaches it: question and passage have little in common. Ask in the passage's own words, or embed the "
                "documents by a stronger model (FOREMOST_EMBEDDING_MODEL)."
            )
        ]
    changes = _enough_candidates(case, rank)
    if changes is None:
        return []
    limits = " and ".join(f"{variable_names()[name]} to at least {value:,}" for name, value in changes.items())
    return [changed(case, f"Raise {limits}.", changes, try_it=changes["candidates"] <= _MAX_RERANKED)]


def _enough_candidates(case: Case, rank: int) -> dict[str, int] | None:
    """The smallest limits found with which the passage is among the candidates; None when none are.

    rank: of the passage in its better leg.
    """
    present = int(case.search.number("candidates"))
    legs = max(rank, int(case.search.number("leg_candidates")))
    guess = case.fused_rank({"candidates": min(MAX_CANDIDATES, 2 * max(legs, present)), "leg_candidates": legs})
    for _ in range(TRIES):
        if guess is None:
            return None
        changes = {"candidates": max(guess, present)}
        if rank > max(changes["candidates"], int(case.search.number("leg_candidates"))):
            changes["leg_candidates"] = rank
        if case.fused_rank(changes) is not None:
            return changes
        guess = min(math.ceil(guess * 1.3), MAX_CANDIDATES) if guess < MAX_CANDIDATES else None
    return None


def _heavier_leg(case: Case, missed: Missed) -> list[Remedy]:
    """More weight for the leg that ranks it far better, when that leg has it among its candidates."""
    vector_rank, text_rank = missed.ranks.vector_rank, missed.ranks.text_rank
    if text_rank is None or vector_rank < text_rank:
        leg, rank, other_rank = "vector", vector_rank, text_rank
    else:
        leg, rank, other_rank = "text", text_rank, vector_rank
    weight = case.search.number(f"{leg}_weight")
    far_better = other_rank is None or rank * 2 <= other_rank
    if rank > leg_limit(case.search) or weight == 0 or not far_better:
        return []
    for factor in _WEIGHT_FACTORS:
        changes: dict[str, Value] = {f"{leg}_weight": round(weight * factor, 2)}
        if case.fused_rank(changes) is not None:
            text = (
                f"The {leg} leg ranks it {rank:,}: give that leg more weight; it affects every question, so evaluate."
            )
            return [changed(case, text, changes)]
    return []
