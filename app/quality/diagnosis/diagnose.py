"""Which stage lost an expected passage of an answer or of a question, with remedies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.core.domain import NO_FILTERS, Answer, Filters, Hit
from app.core.errors import AppError
from app.quality.diagnosis import ranking, recall, summary
from app.quality.diagnosis.case import Case, for_idle_leg
from app.quality.diagnosis.judge import Missed, furthest, loss_in_retrieval, loss_of, missed_most_narrowly
from app.quality.diagnosis.trial import Search, Trials
from app.quality.diagnosis.verdict import Remedy, Standing, Verdict, standing_of
from app.quality.expected.expectation import Expectation, meets, parse
from app.quality.expected.feedback import as_golden
from app.quality.expected.golden import Expected
from app.quality.expected.locate import Locator
from app.quality.expected.located import Located, StoredChunk, StoredDocument
from app.quality.expected.loss import Loss

_MAX_RANKED = 2000  # chunks of a whole document whose exact ranks are computed


class Diagnosis:
    """Names the stage that lost a passage. The answer's own ledger counts first, today's corpus second."""

    def __init__(self, *, locator: Locator, trials: Trials) -> None:
        self._locator = locator
        self._trials = trials

    def of_answer(self, answer: Answer, expected: str) -> Verdict:
        """Why a past answer does not rest on the passage. Raises QuestionError when no passage is named."""
        expectation = parse(expected, self._locator.is_document)
        located = self._locator.locate(expectation)
        verdict = self._verdict(
            Case(
                search=self._trials.past(answer),
                expectation=expectation,
                located=located,
                trials=self._trials,
            )
        )
        notes = (*verdict.notes, *_changes_since(answer, expectation, located))
        return replace(verdict, question=answer.question, answer_id=answer.id, notes=notes)

    def of_question(
        self, question: str, expected: str, *, collection: str | None = None, filters: Filters = NO_FILTERS
    ) -> Verdict:
        """What a search for the question does with the passage now; no model is called and nothing is stored."""
        expectation = parse(expected, self._locator.is_document)
        search = self._trials.fresh(question, collection=collection, filters=filters)
        located = self._locator.locate(expectation)
        return self._verdict(Case(search=search, expectation=expectation, located=located, trials=self._trials))

    def exact(self, words: str, *, limit: int) -> tuple[tuple[StoredDocument, StoredChunk], ...]:
        """Passages with these words as they are written."""
        return self._locator.exact(words, limit=limit)

    def golden_passage(self, expected: str, answer: Answer | None = None, *, collection: str | None = None) -> Expected:
        """The expectation as a passage of the golden set. Raises QuestionError or NotFoundError."""
        expectation = parse(expected, self._locator.is_document)
        if answer is not None:
            collection = answer.collection
        return as_golden(expectation, self._locator.locate(expectation), answer=answer, collection=collection)

    def _verdict(self, case: Case) -> Verdict:
        hit = furthest(case.search, case.expectation, case.located)
        return _of_candidate(case, hit) if hit is not None else self._of_absent(case)

    def _of_absent(self, case: Case) -> Verdict:
        """A passage that is not among the candidates."""
        search, located = case.search, case.located
        created = [document.created_at for document, _ in located.whole]
        answered_at = search.answer.created_at if search.answer else None
        if answered_at is not None and created and min(created) > answered_at:
            return _of_latecomer(case)
        if located.loss is not None:
            return _of_unlocated(case, located.loss)
        ids = [chunk.id for _, chunk in located.whole][:_MAX_RANKED]
        missed = missed_most_narrowly(located, self._trials.exact_ranks(search, ids))
        loss = loss_in_retrieval(missed, search)
        if missed is None:
            remedies = recall.for_out_of_scope(located, search)
        else:
            remedies = _or_reason(lambda: recall.for_recall(case, missed))
        passage = _standing_of_missed(missed) if missed else None
        return _made(case, loss, summary.of_missed(loss, missed, located, search), remedies, passage=passage)


def _of_unlocated(case: Case, loss: Loss) -> Verdict:
    """A passage that no chunk of the corpus holds whole."""
    if loss is Loss.SPLIT:
        split = next(occurrence for occurrence in case.located.occurrences if occurrence.pieces)
        remedies = _or_reason(lambda: recall.for_split(case, split))
        return _made(case, loss, summary.of_split(split, case.search), remedies)
    if loss is Loss.NOT_IN_TEXT:
        remedies = recall.for_not_in_text(case.located)
    elif loss is Loss.NOT_AS_QUOTED:
        remedies = recall.for_not_as_quoted()
    else:
        remedies = recall.for_not_ingested(case.located)
    return _made(case, loss, summary.of_missing(loss, case.expectation, case.located), remedies)


def _of_candidate(case: Case, hit: Hit) -> Verdict:
    loss = loss_of(hit, case.search)
    winners = _winners(case.search, hit)
    described = summary.of_candidate(loss, hit, case.search, winners)
    remedies = _or_reason(lambda: _for_candidate(case, hit, loss))
    passage = standing_of(hit, answered=case.search.answer is not None)
    return _made(case, loss, described, remedies, passage=passage, winners=winners)


def _for_candidate(case: Case, hit: Hit, loss: Loss) -> list[Remedy]:
    """The remedies for the loss; before them, a leg's weight of 0, when the default alone would have helped."""
    match loss:
        case Loss.NOT_SCORED:
            remedies = ranking.for_not_scored(case, hit)
        case Loss.RERANKED_DOWN | Loss.BEYOND_LIMIT:
            remedies = ranking.for_ranked_too_low(case, hit)
        case Loss.BUDGET:
            remedies = ranking.for_budget(case, hit)
        case Loss.BELOW_FLOOR:
            remedies = ranking.for_below_floor(case, hit)
        case Loss.NOT_USED:
            return [_for_model(case.search)]
        case Loss.DUPLICATE:
            return [
                Remedy(text="Look at the passage that is in: the model has these words, or nearly these, from there.")
            ]
        case _:
            return []
    return [*for_idle_leg(case, hit.vector_rank, hit.text_rank, only_if_it_helps=True), *remedies]


def _or_reason(remedies: Callable[[], list[Remedy]]) -> list[Remedy]:
    """The remedies; where they cannot be tried (an old answer's reranker is gone), the reason instead."""
    try:
        return remedies()
    except AppError as error:
        return [Remedy(text=f"No remedy could be tried: {error}")]


def _for_model(search: Search) -> Remedy:
    model = search.answer.model if search.answer else None
    if model is not None and model.backend == "embedded":
        larger = "The embedded model is small: install Ollama, pull a larger one, and ask again."
    else:
        larger = "Ask again with a larger one (FOREMOST_CHAT_MODEL)."
    return Remedy(text=f"Search did its part; the model did not use it. {larger}")


def _of_latecomer(case: Case) -> Verdict:
    """A passage that was ingested after the answer was given."""
    document = min((document for document, _ in case.located.whole), key=lambda item: item.created_at)
    search, hit = case.after({})
    now = f"Searched now: {loss_of(hit, search).text if hit else 'still not among the candidates'}"
    sentence = f"{document.name} was ingested after this answer was given ({_moment(document.created_at)})."
    return _made(case, Loss.NOT_INGESTED, (sentence, [now]), [Remedy(text="Ask again.")])


def _winners(search: Search, expected: Hit) -> tuple[Standing, ...]:
    """The strongest candidate of each passage in the prompt, in their order, without the expected one."""
    best: dict[int, Hit] = {}
    for hit in search.context.hits:
        number = hit.passage_number
        if number is None or hit.fused_rank == expected.fused_rank:
            continue
        if number not in best or hit.rank < best[number].rank:
            best[number] = hit
    return tuple(standing_of(best[number], answered=search.answer is not None) for number in sorted(best))


def _standing_of_missed(missed: Missed) -> Standing:
    chunk, document = missed.chunk, missed.document
    return Standing(
        chunk_id=chunk.id,
        title=document.title,
        heading=chunk.heading,
        place=chunk.location,
        source_uri=document.source_uri,
        text=chunk.text,
        vector_rank=missed.ranks.vector_rank,
        text_rank=missed.ranks.text_rank,
        exact=True,
    )


def _made(
    case: Case,
    loss: Loss,
    described: summary.Summary,
    remedies: list[Remedy],
    *,
    passage: Standing | None = None,
    winners: tuple[Standing, ...] = (),
) -> Verdict:
    sentence, evidence = described
    return Verdict(
        loss=loss,
        question=case.search.question,
        expected=str(case.expectation),
        summary=sentence,
        evidence=tuple(evidence),
        passage=passage,
        winners=winners,
        remedies=tuple(remedies),
    )


def _changes_since(answer: Answer, expectation: Expectation, located: Located) -> tuple[str, ...]:
    """Differences between today's corpus and the passages stored with the answer, in words."""
    answered_at = answer.created_at
    notes = []
    documents = {document.id: document for document in located.documents}
    documents |= {document.id: document for document, _ in located.whole}
    for document in documents.values():
        if answered_at is None or document.ingested_at is None:
            continue
        if document.created_at <= answered_at < document.ingested_at:
            notes.append(
                f"{document.name} has been ingested again since this answer "
                f"({_moment(document.ingested_at)}): its passages may be others now."
            )
    if not documents and any(meets(hit, expectation, chunk_ids=frozenset()) for hit in answer.context.hits):
        notes.append("The expected passage is among the answer's candidates, but no longer in the corpus.")
    return tuple(notes)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%d %b %Y, %H:%M}"
