"""A loss in words: one sentence and its evidence, for people (pure)."""

from collections.abc import Sequence

from app.core.domain import Hit, Outcome
from app.present.question_parts import found_by
from app.quality.diagnosis.judge import Missed, in_legs, leg_limit
from app.quality.diagnosis.trial import Search
from app.quality.diagnosis.verdict import Standing
from app.quality.expected.expectation import Expectation
from app.quality.expected.located import Located, Occurrence
from app.quality.expected.loss import Loss

Summary = tuple[str, list[str]]  # sentence, evidence


def of_missing(loss: Loss, expectation: Expectation, located: Located) -> Summary:
    """For a passage that is not in the corpus."""
    evidence = [f"{d.name} in {d.collection}: {_with_error(d.status, d.error)}" for d in located.documents]
    evidence += [f"{name}, uploaded: {_with_error(status, error)}" for name, status, error in located.uploads]
    if loss is Loss.NOT_IN_TEXT:
        missing = f"the words “{expectation.quote}”" if expectation.quote else f"any passage of {expectation}"
        evidence += [warning for document in located.documents for warning in document.warnings]
        return f"The document is ingested, but its text does not hold {missing}.", evidence
    if loss is Loss.NOT_AS_QUOTED:
        known = ", ".join(word.word for word in located.words if word.held)
        unknown = ", ".join(word.word for word in located.words if not word.held)
        evidence.append(f"in some passage: {known}")
        evidence += [f"in no passage: {unknown}"] if unknown else []
        return "Words of this are in the corpus, but no passage has them as they are written here.", evidence
    if located.uploads:
        return f"{expectation.document} was uploaded, but is not stored.", evidence
    if any(document.status == "failed" for document in located.documents):
        return f"{expectation.document} could not be ingested.", evidence
    if expectation.chunk_id is not None:
        return f"There is no passage {expectation.chunk_id}, neither today nor among the answer's candidates.", evidence
    if expectation.document:
        evidence.append("If you mean words of a passage, put them in quotation marks.")
        return f"There is no document {expectation.document!r}.", evidence
    evidence += [f"could not be read: {name} ({error})" for name, error in located.failures]
    if not located.complete:
        evidence.append("The corpus is large: only its text index was searched for the words, as they are written.")
    return "No ingested document holds these words.", evidence


def _with_error(status: str, error: str) -> str:
    return f"{status} ({error})" if error else status


def of_split(occurrence: Occurrence, search: Search) -> Summary:
    """For words that no chunk holds whole."""
    hits = {hit.chunk_id: hit for hit in search.context.hits}
    evidence = []
    for piece in occurrence.pieces:
        hit = hits.get(piece.id)
        became = f"final {hit.final_rank}, {hit.fate.value}" if hit else "not a candidate"
        evidence.append(f"passage {piece.id}, characters {piece.start_char:,} to {piece.end_char:,}: {became}")
    sentence = (
        f"{occurrence.document.title} holds the words at characters {occurrence.start_char:,} to "
        f"{occurrence.end_char:,}, but no chunk holds all of them: they run over {len(occurrence.pieces)} chunks."
    )
    return sentence, evidence


def of_missed(loss: Loss, missed: Missed | None, located: Located, search: Search) -> Summary:
    """For a chunk that was no candidate."""
    if missed is None:
        names = ", ".join(sorted({document.collection for document, _ in located.whole}))
        scope = f"in the collection {search.collection}" if search.collection else "within the filters"
        return f"It is ingested (in {names}), but the search was {scope} alone.", []
    ranks, limit = missed.ranks, leg_limit(search)
    text_rank = "none, as it has no word of the question" if ranks.text_rank is None else f"{ranks.text_rank:,}"
    evidence = [
        f"exact rank in the vector leg: {ranks.vector_rank:,} (distance {ranks.vector_distance:.3f})",
        f"exact rank in the full-text leg: {text_rank}",
        f"each leg hands on its first {limit:,}; the fusion keeps {int(search.number('candidates')):,} of them "
        f"(weights {search.settings['vector_weight']} and {search.settings['text_weight']})",
    ]
    if loss is Loss.NOT_RETRIEVED:
        return "It is ingested whole, but neither leg ranks it well enough to be a candidate.", evidence
    legs = in_legs(missed, search)
    idle = [leg for leg in legs if search.number(f"{leg}_weight") == 0]
    if idle:
        evidence.append(f"the weight of the {' and the '.join(idle)} leg is 0, so its ranks count for nothing")
    found_by = "Both legs" if len(legs) > 1 else f"The {legs[0]} leg"
    return f"{found_by} found it, but after fusion it ranks below the last candidate.", evidence


def of_candidate(loss: Loss, hit: Hit, search: Search, winners: Sequence[Standing]) -> Summary:
    """For a candidate."""
    total = len(search.context.hits)
    evidence = [f"fused rank {hit.fused_rank} of {total}, final rank {hit.final_rank}: {hit.fate.value}"]
    evidence += filter(None, (found_by(hit), hit.fate_detail))
    if hit.passage_number is None and hit.logit is not None and winners and winners[-1].logit is not None:
        last = winners[-1]
        evidence.append(
            f"logit {hit.logit:.2f} and combined score {hit.rerank_score or 0:.2f}; the last passage in the prompt has "
            f"{last.logit:.2f} and {last.combined_score or 0:.2f}"
        )
    if loss is Loss.NOT_USED:
        evidence += _of_answer(search)
    return _sentence(loss, hit, search), evidence


def _sentence(loss: Loss, hit: Hit, search: Search) -> str:
    number, total = hit.passage_number, len(search.context.hits)
    match loss:
        case Loss.NOTHING:
            return f"The model read it as [{number}], and the answer rests on it."
        case Loss.IN_PROMPT:
            return f"It would be passage [{number}] of the prompt; no model was called."
        case Loss.NOT_USED:
            return f"The model read it as [{number}], but no sentence of the answer rests on it."
        case Loss.NOT_SCORED:
            return (
                f"Reranking ran out of time after {search.scored} of {total} candidates; "
                f"this is number {hit.fused_rank}."
            )
        case Loss.RERANKED_DOWN:
            return f"The first stage ranked it {hit.fused_rank}; {search.reranker} moved it down to {hit.final_rank}."
        case Loss.BEYOND_LIMIT:
            better = len(search.context.passages)
            return f"Its rank is {hit.final_rank}, and {better} better passages went into the prompt."
        case Loss.DUPLICATE:
            return "It says the same as a passage that is in the prompt."
        case Loss.BUDGET:
            return (
                f"It ranked well enough ({hit.final_rank}), but the passages may take "
                f"{search.context.token_budget:,} tokens and {search.context.tokens:,} were taken."
            )
        case _:
            return f"It ranked well enough ({hit.final_rank}), but its relevance stayed below the floor."


def _of_answer(search: Search) -> list[str]:
    """The outcome and the model of the answer, as evidence."""
    answer = search.answer
    if answer is None:
        return []
    outcomes = {
        Outcome.NOT_FOUND: "the model answered that the documents do not say",
        Outcome.FAILED: f"the answer failed: {answer.error}",
        Outcome.STOPPED: "the answer was stopped before its end",
    }
    evidence = [outcomes[answer.outcome]] if answer.outcome in outcomes else []
    if answer.model:
        evidence.append(f"model {answer.model.name}")
    return evidence
