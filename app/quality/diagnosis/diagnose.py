"""An answer (or a question) and what should have been found go in; the stage that lost it comes out, with remedies."""

from collections.abc import Callable
from dataclasses import replace

from app.core.domain import Answer, Hit
from app.core.errors import AppError
from app.quality.diagnosis import ranking, recall, summary
from app.quality.diagnosis.case import Case, for_idle_leg
from app.quality.diagnosis.judge import (
    Missed,
    furthest,
    loss_before_ranking,
    loss_in_retrieval,
    loss_of,
    missed_most_narrowly,
)
from app.quality.diagnosis.keep import golden_passages
from app.quality.diagnosis.trial import Run, Trials
from app.quality.diagnosis.verdict import Loss, Remedy, Standing, Verdict, standing_of
from app.quality.expected.expectation import Expectation, meets, parse_expectation
from app.quality.expected.golden import Expected
from app.quality.expected.locate import Corpus, Whereabouts

_MOST_RANKED = 2000  # chunks of a whole document whose exact ranks are asked for


class Diagnosis:
    """Says which stage lost a passage. The answer's own ledger counts first, today's corpus second."""

    def __init__(self, *, corpus: Corpus, trials: Trials) -> None:
        self._corpus = corpus
        self._trials = trials

    def of_answer(self, answer: Answer, expected: str | Expectation) -> Verdict:
        """Why a past answer does not rest on the passage. Raises QuestionError when nothing is named."""
        expectation = self._parsed(expected)
        where = self._corpus.find(expectation)
        verdict = self._verdict(Case(run=self._trials.past(answer), expectation=expectation, whereabouts=where,
                                     trials=self._trials))  # fmt: skip
        notes = (*verdict.notes, *_changes(answer, expectation, where))
        return replace(verdict, question=answer.question, answer_id=answer.id, notes=notes)

    def of_question(self, question: str, expected: str | Expectation, *, collection: str | None = None) -> Verdict:
        """What a search for the question does with the passage now; no model is asked and nothing is stored."""
        expectation = self._parsed(expected)
        run = self._trials.fresh(question, collection=collection)
        where = self._corpus.find(expectation)
        return self._verdict(Case(run=run, expectation=expectation, whereabouts=where, trials=self._trials))

    def golden_passages(self, expected: str | Expectation, answer: Answer | None = None) -> tuple[Expected, ...]:
        """What was expected as passages for the golden set."""
        expectation = self._parsed(expected)
        hits = answer.context.hits if answer else ()
        return golden_passages(expectation, self._corpus.find(expectation), hits)

    def _parsed(self, expected: str | Expectation) -> Expectation:
        if isinstance(expected, Expectation):
            return expected
        return parse_expectation(expected, self._corpus.is_document)

    def _verdict(self, case: Case) -> Verdict:
        hit = furthest(case.run, case.expectation, case.whereabouts)
        return _of_candidate(case, hit) if hit is not None else self._of_absent(case)

    def _of_absent(self, case: Case) -> Verdict:
        """A passage that is not among the candidates."""
        run, where = case.run, case.whereabouts
        created = [d.created_at for d, _ in where.whole]
        asked_at = run.answer.created_at if run.answer else None
        if asked_at is not None and created and min(created) > asked_at:
            return _of_latecomer(case)
        loss = loss_before_ranking(case.expectation, where)
        if loss is Loss.SPLIT:
            place = next(place for place in where.places if place.pieces)
            said, evidence = summary.of_split(place, run)
            return _made(case, loss, said, evidence, _tried(lambda: recall.for_split(case, place)))
        if loss is not None:
            said, evidence = summary.of_missing(loss, case.expectation, where)
            fitting = (
                recall.for_not_in_text(where.documents)
                if loss is Loss.NOT_IN_TEXT
                else recall.for_not_ingested(where.documents, where)
            )
            return _made(case, loss, said, evidence, fitting)
        ids = [chunk.id for _, chunk in where.whole][:_MOST_RANKED]
        missed = missed_most_narrowly(where, self._trials.exact_ranks(run, ids))
        loss = loss_in_retrieval(missed, run)
        said, evidence = summary.of_missed(loss, missed, where, run)
        fitting = _tried(lambda: recall.for_recall(case, missed) if missed else recall.for_out_of_scope(where, run))
        return _made(case, loss, said, evidence, fitting, passage=_standing(missed) if missed else None)


def _of_candidate(case: Case, hit: Hit) -> Verdict:
    loss = loss_of(hit, case.run)
    winners = _winners(case.run, hit)
    said, evidence = summary.of_candidate(loss, hit, case.run, winners)
    fitting = _tried(lambda: _for_candidate(case, hit, loss))
    shown = standing_of(hit, answered=case.run.answer is not None)
    return _made(case, loss, said, evidence, fitting, passage=shown, winners=winners)


def _for_candidate(case: Case, hit: Hit, loss: Loss) -> list[Remedy]:
    """What fits the loss; before it, the weight of a leg that counts for nothing, when that alone would have helped."""
    match loss:
        case Loss.NOT_SCORED:
            fitting = ranking.for_not_scored(case, hit)
        case Loss.RERANKED_DOWN | Loss.BEYOND_LIMIT:
            fitting = ranking.for_ranked_too_low(case, hit)
        case Loss.BUDGET:
            fitting = ranking.for_budget(case, hit)
        case Loss.BELOW_FLOOR:
            fitting = ranking.for_below_floor(case, hit)
        case Loss.NOT_USED:
            return [_for_model(case.run)]
        case Loss.DUPLICATE:
            return [
                Remedy(text="Look at the passage that is in: the model has these words, or nearly these, from there.")
            ]
        case _:
            return []
    return [*for_idle_leg(case, hit.vector_rank, hit.text_rank, only_when_it_helps=True), *fitting]


def _tried(remedies: Callable[[], list[Remedy]]) -> list[Remedy]:
    """The remedies; where they cannot be tried (an old answer's reranker is gone), the verdict stands without."""
    try:
        return remedies()
    except AppError as error:
        return [Remedy(text=f"No remedy could be tried: {error}")]


def _for_model(run: Run) -> Remedy:
    model = run.answer.model if run.answer else None
    small = model is not None and model.backend == "embedded"
    larger = "the embedded model is small: install Ollama, pull a larger one, and ask again" if small else (
        "ask again with a larger one (FOREMOST_CHAT_MODEL)"
    )  # fmt: skip
    return Remedy(text=f"Search did its part; the model did not use it. {larger[0].upper()}{larger[1:]}.")


def _of_latecomer(case: Case) -> Verdict:
    """It was ingested after the answer was given."""
    document = min((d for d, _ in case.whereabouts.whole), key=lambda d: d.created_at)
    run, hit = case.after({})
    now = f"Asked now, {loss_of(hit, run).value}" if hit else "Asked now, it is still not among the candidates"
    when = f"{document.created_at.astimezone():%d %b %Y, %H:%M}"
    said = f"{document.name} was ingested after this answer was given ({when})."
    return _made(case, Loss.NOT_INGESTED, said, [now], [Remedy(text="Ask again.")])


def _winners(run: Run, besides: Hit) -> tuple[Standing, ...]:
    """The strongest candidate of each passage in the prompt, in their order."""
    best: dict[int, Hit] = {}
    for hit in run.context.hits:
        number = hit.passage_number
        if number is not None and hit.fused_rank != besides.fused_rank:
            held = best.get(number)
            if held is None or (hit.final_rank or 0) < (held.final_rank or 0):
                best[number] = hit
    return tuple(standing_of(best[number], answered=run.answer is not None) for number in sorted(best))


def _standing(missed: Missed) -> Standing:
    chunk, document = missed.chunk, missed.document
    return Standing(
        chunk_id=chunk.id,
        title=document.title,
        heading=chunk.heading,
        place=chunk.place,
        source_uri=document.source_uri,
        text=chunk.text,
        vector_rank=missed.ranks.vector_rank,
        text_rank=missed.ranks.text_rank,
        exact=True,
    )


def _made(
    case: Case,
    loss: Loss,
    said: str,
    evidence: list[str],
    fitting: list[Remedy],
    *,
    passage: Standing | None = None,
    winners: tuple[Standing, ...] = (),
) -> Verdict:
    return Verdict(
        loss=loss,
        question=case.run.question,
        expected=str(case.expectation),
        summary=said,
        evidence=tuple(evidence),
        passage=passage,
        winners=winners,
        remedies=tuple(fitting),
    )


def _changes(answer: Answer, expectation: Expectation, where: Whereabouts) -> tuple[str, ...]:
    """Where today's corpus differs from the answer's snapshot."""
    at = answer.created_at
    notes = []
    documents = {document.id: document for document, _ in where.whole} | {d.id: d for d in where.documents}
    for document in documents.values():
        if at is not None and document.ingested_at is not None and document.created_at <= at < document.ingested_at:
            notes.append(
                f"{document.name} has been ingested again since this answer "
                f"({document.ingested_at.astimezone():%d %b %Y, %H:%M}): its passages may be others now."
            )
    if not documents and any(_expected_then(answer, expectation)):
        notes.append("What was expected is among the answer's candidates, but no longer in the corpus.")
    return tuple(notes)


def _expected_then(answer: Answer, expectation: Expectation) -> list[Hit]:
    return [hit for hit in answer.context.hits if meets(hit, expectation, chunk_ids=frozenset())]
