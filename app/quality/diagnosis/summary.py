"""A loss and what is known of the passage go in, sentences for people come out (pure)."""

from collections.abc import Sequence

from app.core.domain import Hit, Outcome
from app.quality.diagnosis.judge import Missed, in_legs, leg_limit
from app.quality.diagnosis.trial import Run
from app.quality.diagnosis.verdict import Loss, Standing
from app.quality.expected.expectation import Expectation
from app.quality.expected.locate import Place, Whereabouts


def of_missing(loss: Loss, expectation: Expectation, whereabouts: Whereabouts) -> tuple[str, list[str]]:
    """Sentence and evidence for a passage that is not in the corpus."""
    evidence = [
        f"{d.name} in {d.collection}: {d.status}{f' ({d.error})' if d.error else ''}" for d in whereabouts.documents
    ]
    evidence += [f"{name}, sent through the page: {status}{f' ({error})' if error else ''}" for name, status, error in
                 whereabouts.uploads]  # fmt: skip
    if loss is Loss.NOT_IN_TEXT:
        what = f"the words “{expectation.quote}”" if expectation.quote else f"any passage of {expectation}"
        warned = [warning for document in whereabouts.documents for warning in document.warnings]
        return f"The document is ingested, but its text does not hold {what}.", evidence + warned
    if whereabouts.uploads:
        return f"{expectation.document} was sent, but is not stored.", evidence
    if any(document.status == "failed" for document in whereabouts.documents):
        return f"{expectation.document} could not be ingested.", evidence
    if expectation.chunk_id is not None:
        return f"There is no passage {expectation.chunk_id}, neither today nor among the answer's candidates.", evidence
    if expectation.document:
        return f"No document goes by {expectation.document!r}.", evidence
    evidence += [f"could not be read: {name} ({error})" for name, error in whereabouts.failures]
    if not whereabouts.all_read:
        evidence.append("The corpus is large: only its text index was asked for the words, as they are written.")
    return "No ingested document holds these words.", evidence


def of_split(place: Place, run: Run) -> tuple[str, list[str]]:
    """Sentence and evidence for words that no chunk holds whole."""
    fates = {hit.chunk_id: hit for hit in run.context.hits}
    evidence = []
    for piece in place.pieces:
        hit = fates.get(piece.id)
        became = f"final {hit.final_rank}, {hit.fate.value}" if hit else "not a candidate"
        evidence.append(f"passage {piece.id}, characters {piece.start_char:,} to {piece.end_char:,}: {became}")
    title = place.document.title
    return (
        f"{title} holds the words at characters {place.start_char:,} to {place.end_char:,}, but no chunk holds all of "
        f"them: they run over {len(place.pieces)} chunks.",
        evidence,
    )


def of_missed(loss: Loss, missed: Missed | None, whereabouts: Whereabouts, run: Run) -> tuple[str, list[str]]:
    """Sentence and evidence for a chunk that was no candidate."""
    if missed is None:
        names = ", ".join(sorted({document.collection for document, _ in whereabouts.whole}))
        asked = f"the collection {run.collection}" if run.collection else "what the filters let in"
        return f"It is ingested (in {names}), but the question was put to {asked} alone.", []
    ranks, limit = missed.ranks, leg_limit(run)
    text = (
        f"{ranks.text_rank:,}" if ranks.text_rank is not None else "no place, as none of the question's words is in it"
    )
    evidence = [
        f"exact rank in the vector leg: {ranks.vector_rank:,} (distance {ranks.vector_distance:.3f})",
        f"exact rank in the full-text leg: {text}",
        f"each leg hands on its first {limit:,}; the fusion keeps {int(run.number('candidates')):,} of them "
        f"(weights {run.settings['vector_weight']} and {run.settings['text_weight']})",
    ]
    if loss is Loss.NOT_RETRIEVED:
        return "It is ingested whole, but neither leg ranks it well enough to be a candidate.", evidence
    legs = in_legs(missed, run)
    idle = [leg for leg in legs if run.number(f"{leg}_weight") == 0]
    if idle:
        evidence.append(f"the weight of the {' and the '.join(idle)} leg is 0, so its ranks count for nothing")
    found_by = "Both legs" if len(legs) > 1 else f"The {legs[0]} leg"
    return f"{found_by} found it, but fused it came after the last candidate.", evidence


def of_candidate(loss: Loss, hit: Hit, run: Run, winners: Sequence[Standing]) -> tuple[str, list[str]]:
    """Sentence and evidence for a candidate."""
    total = len(run.context.hits)
    evidence = [f"fused rank {hit.fused_rank} of {total}, final rank {hit.final_rank}: {hit.fate.value}"]
    if hit.fate_detail:
        evidence.append(hit.fate_detail)
    if hit.passage_number is None and hit.logit is not None and winners and winners[-1].logit is not None:
        last = winners[-1]
        evidence.append(
            f"logit {hit.logit:.2f} and combined score {hit.rerank_score or 0:.2f}; the last passage in the prompt has "
            f"{last.logit:.2f} and {last.combined_score or 0:.2f}"
        )
    number = hit.passage_number
    match loss:
        case Loss.NOTHING:
            summary = f"The model read it as [{number}], and the answer rests on it."
        case Loss.IN_PROMPT:
            summary = f"It would be passage [{number}] of the prompt; no model was asked."
        case Loss.NOT_USED:
            summary = f"The model read it as [{number}], but no sentence of the answer rests on it."
            evidence += _of_answer(run)
        case Loss.NOT_SCORED:
            summary = (
                f"Reranking ran out of time after {run.scored} of {total} candidates; this is number {hit.fused_rank}."
            )
        case Loss.RERANKED_DOWN:
            summary = f"The first stage ranked it {hit.fused_rank}; {run.reranker} put it down to {hit.final_rank}."
        case Loss.BEYOND_LIMIT:
            better = len(run.context.passages)
            summary = f"It came to rank {hit.final_rank}, and {better} better passages went into the prompt."
        case Loss.DUPLICATE:
            summary = "It says the same as a passage that is in the prompt."
        case Loss.BUDGET:
            summary = (
                f"It ranked well enough ({hit.final_rank}), but the passages may take {run.context.token_budget:,} "
                f"tokens and {run.context.tokens:,} were taken."
            )
        case _:
            summary = f"It ranked well enough ({hit.final_rank}), but its relevance stayed below the floor."
    return summary, evidence


def _of_answer(run: Run) -> list[str]:
    answer = run.answer
    if answer is None:
        return []
    said = {
        Outcome.NOT_FOUND: "the model said that the documents do not hold the answer",
        Outcome.FAILED: f"the answer failed: {answer.error}",
        Outcome.STOPPED: "the answer was stopped before its end",
    }.get(answer.outcome)
    model = f"model {answer.model.name}" if answer.model else ""
    return [line for line in (said, model) if line]
