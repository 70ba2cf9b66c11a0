"""A passage that never became a candidate goes in, the remedies that fit its loss come out, tried where that can be."""

import math
from dataclasses import replace

from app.core.settings import variable_names
from app.quality.diagnosis.case import Case, changed, for_idle_leg
from app.quality.diagnosis.judge import Missed, leg_limit
from app.quality.diagnosis.trial import Run
from app.quality.diagnosis.verdict import Remedy
from app.quality.expected.locate import Place, StoredDocument, Whereabouts

MOST_CANDIDATES = 1000  # that the settings allow
_MOST_RERANKED = 200  # candidates; a trial with more would take too long to wait for
_MOST_PASSAGES = 50
_TRIES = 6


def for_not_ingested(documents: tuple[StoredDocument, ...], whereabouts: Whereabouts) -> list[Remedy]:
    """Ingest it, or mend what made it fail."""
    if any(status in ("queued", "running") for _, status, _ in whereabouts.uploads):
        return [Remedy(text="It waits for the worker: let `python -m ingest worker` run, then ask again.")]
    failed = [document for document in documents if document.status == "failed"]
    if failed:
        return [Remedy(text=f"Mend the file as the reason says, then: `python -m ingest {failed[0].source_uri}`")]
    return [Remedy(text="Ingest the document: `python -m ingest PATH`; with `--dry-run` it says what it would do.")]


def for_not_in_text(documents: tuple[StoredDocument, ...]) -> list[Remedy]:
    """The text that was read lacks the words."""
    if any(document.status == "empty" for document in documents):
        return [
            Remedy(text="No text was found in the document. A scan needs text recognition; a picture has no words.")
        ]
    return [
        Remedy(text="Open the document in the page and look at its text there: quote it as it was read, or ingest a "
               "better original, when words were lost in reading it.")
    ]  # fmt: skip


def for_split(case: Case, place: Place) -> list[Remedy]:
    """Chunks that overlap by what stands before the cut; and both pieces in the prompt, where neighbours are joined."""
    cut = place.pieces[0].end_char
    before = place.pieces[0].text[max(0, (place.start_char or 0) - place.pieces[0].start_char) :]
    words = case.trials.tokens(before)
    remedies = [
        Remedy(
            text=f"Chunks that overlap by at least {words} tokens would hold the words whole: the cut is at character "
            f"{cut:,}, {words} tokens after they begin. Ingest the document again with such chunks."
        )
    ]
    hits = {hit.chunk_id: hit for hit in case.run.context.hits}
    pieces = [hits.get(piece.id) for piece in place.pieces]
    if all(pieces) and any(hit.passage_number is None for hit in pieces if hit):
        wider = {"passages": min(_MOST_PASSAGES, int(case.run.number("passages")) + 3),
                 "passages_tokens": int(case.run.number("passages_tokens")) + 600}  # fmt: skip
        text = "Neighbouring chunks are joined when both are in the prompt: give it more passages."
        remedies += changed(case, text, wider, only_when_it_helps=True)
    return [*remedies, *_for_lost_piece(case, place)]


def _for_lost_piece(case: Case, place: Place) -> list[Remedy]:
    """Neighbours are joined when both are in the prompt: what brings in a piece that is no candidate, when it helps."""
    known = {hit.chunk_id for hit in case.run.context.hits}
    lost = [piece for piece in place.pieces if piece.id not in known]
    ranks = case.trials.exact_ranks(case.run, [piece.id for piece in lost]) if lost else {}
    for piece in lost:
        if piece.id in ranks:
            missed = Missed(document=place.document, chunk=piece, ranks=ranks[piece.id])
            alone = replace(case, whereabouts=Whereabouts(places=(Place(document=place.document, whole=(piece,)),)))
            remedies = for_idle_leg(case, missed.ranks.vector_rank, missed.ranks.text_rank, only_when_it_helps=True)
            enough = _enough_candidates(alone, missed.best_rank) if missed.best_rank <= MOST_CANDIDATES else None
            if enough is not None and enough["candidates"] <= _MOST_RERANKED:
                text = (
                    f"Passage {piece.id} is no candidate: with more of them both pieces come into the prompt, joined."
                )
                remedies += changed(case, text, enough, only_when_it_helps=True)
            return remedies
    return []


def for_out_of_scope(whereabouts: Whereabouts, run: Run) -> list[Remedy]:
    """Search where it is."""
    names = sorted({document.collection for document, _ in whereabouts.whole})
    where = f"It is in {' and '.join(names)}. " if run.collection not in names and run.collection is not None else ""
    return [Remedy(text=f"{where}Ask without the collection or filter that shuts it out.")]


def for_recall(case: Case, missed: Missed) -> list[Remedy]:
    """A weight that is not zero, then as many candidates as its rank needs, then a heavier weight."""
    return [
        *for_idle_leg(case, missed.ranks.vector_rank, missed.ranks.text_rank),
        *_more_candidates(case, missed),
        *_heavier_leg(case, missed),
    ]


def _more_candidates(case: Case, missed: Missed) -> list[Remedy]:
    need = missed.best_rank
    if need > MOST_CANDIDATES:
        return [
            Remedy(
                text=f"Its best rank in a leg is {need:,}, no number of candidates (at most {MOST_CANDIDATES:,}) "
                "reaches it: the question and the passage hardly meet. Ask in the passage's own words, or embed the "
                "documents by a stronger model (FOREMOST_EMBEDDING_MODEL)."
            )
        ]
    changes = _enough_candidates(case, need)
    if changes is None:
        return []
    named = " and ".join(f"{variable_names()[name]} to at least {value:,}" for name, value in changes.items())
    few = changes["candidates"] <= _MOST_RERANKED
    return changed(case, f"Raise {named}.", changes, try_it=few)


def _enough_candidates(case: Case, need: int) -> dict[str, int] | None:
    """The smallest numbers found with which the passage is among the candidates; None when none do."""
    now = int(case.run.number("candidates"))
    legs = max(need, int(case.run.number("leg_candidates")))
    guess = case.fused_rank({"candidates": min(MOST_CANDIDATES, 2 * max(legs, now)), "leg_candidates": legs})
    for _ in range(_TRIES):
        if guess is None:
            return None
        changes = {"candidates": max(guess, now)}
        if need > max(changes["candidates"], int(case.run.number("leg_candidates"))):
            changes["leg_candidates"] = need
        if case.fused_rank(changes) is not None:
            return changes
        guess = math.ceil(guess * 1.3) if guess < MOST_CANDIDATES else None
        guess = None if guess is None else min(guess, MOST_CANDIDATES)
    return None


def _heavier_leg(case: Case, missed: Missed) -> list[Remedy]:
    """More weight for the leg that ranks it far better, when that leg has it among its candidates."""
    vector, text = missed.ranks.vector_rank, missed.ranks.text_rank or 10**9
    leg, rank, other = ("vector", vector, text) if vector < text else ("text", text, vector)
    name = f"{leg}_weight"
    weight = case.run.number(name)
    if rank > leg_limit(case.run) or weight == 0 or rank * 2 > other:
        return []
    for times in (1.5, 2, 3, 5):
        changes = {name: round(weight * times, 2)}
        if case.fused_rank(changes) is not None:
            warning = (
                f"The {leg} leg ranks it {rank:,}: give that leg more weight; it changes every question, so evaluate."
            )
            return changed(case, warning, changes)
    return []
