"""The diagnosis over a real corpus: passages located, old answers judged by their ledger, passages kept as golden."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.core.domain import Answer, Context, Fate, Outcome, Query
from app.core.errors import NotFoundError
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.ledger import Ledger
from app.quality.diagnosis import Diagnosis
from app.quality.expected.expectation import Expectation
from app.quality.expected.feedback import Feedback
from app.quality.expected.golden import Expected, Golden
from app.quality.expected.locate import Locator
from app.quality.expected.loss import Loss
from tests.support.builders import make_hit
from tests.support.faults import COLLECTION, Workplace

HARBOUR = """# Harbour rules

## Mooring

Boats are moored with two lines. The harbour master decides which of the foot-
bridges is closed in a storm.

## Fuel

Diesel is sold at the west quay from seven in the morning until noon, in cans of at most twenty litres.
"""
PADDING = "\n\n".join(
    f"## Berth {n}\n\nBerth {n} is let by the year. Its tenant pays for water and light at berth {n}."
    for n in range(1, 40)
)


@pytest.fixture
def workplace(
    database: Engine, embedder: Embedder, make_settings: Callable[..., Settings], tmp_path: Path
) -> Workplace:
    """A small harbour."""
    workplace = Workplace(database, embedder, make_settings())
    for name, content in (("harbour.md", HARBOUR), ("berths.md", f"# Berths\n\n{PADDING}")):
        (tmp_path / name).write_text(content, "utf-8")
        workplace.ingest(tmp_path / name)
    workplace.finish()
    return workplace


def diagnosis_of(workplace: Workplace, **settings: object) -> Diagnosis:
    return workplace.diagnosis(workplace.settings.model_copy(update=settings))


def test_words_are_found_over_hyphens_in_headings_and_by_page(workplace: Workplace) -> None:
    locator = Locator(workplace.engine)
    for quote in ("FOOTBRIDGES is closed", "Fuel diesel is sold at the west quay", "Harbour rules"):
        located = locator.locate(Expectation(quote=quote))
        assert [document.name for document, _ in located.whole] == ["harbour.md"], quote
    assert locator.locate(Expectation(document="harbour.md", quote="berth 3")).occurrences == ()
    assert len(locator.locate(Expectation(document="berths.md")).whole) > 1
    assert locator.locate(Expectation(document="berths.md", part=1)).occurrences == ()
    assert not locator.locate(Expectation(quote="the lighthouse")).occurrences


def test_a_document_that_failed_or_waits_differs_from_one_that_never_came(workplace: Workplace, tmp_path: Path) -> None:
    with workplace.unreadable(tmp_path / "harbour.md"):
        failed = diagnosis_of(workplace).of_question("When is diesel sold?", "harbour.pdf")
    assert failed.loss is Loss.NOT_INGESTED
    assert any("damaged" in line for line in failed.evidence)
    with workplace.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO uploads (collection_id, name, content) SELECT id, 'new.pdf', 'x' FROM collections")
        )
    waiting = diagnosis_of(workplace).of_question("When is diesel sold?", "new.pdf")
    assert waiting.loss is Loss.NOT_INGESTED
    assert "worker" in waiting.remedies[0].text
    never = diagnosis_of(workplace).of_question("When is diesel sold?", "tides.pdf")
    assert never.loss is Loss.NOT_INGESTED
    assert "tides.pdf" in never.summary
    words = diagnosis_of(workplace).of_question("When is diesel sold?", 'harbour.md:"sold on Sundays"')
    assert words.loss is Loss.NOT_IN_TEXT


def test_a_passage_outside_the_searched_collection_is_named_with_its_own(workplace: Workplace) -> None:
    with workplace.engine.begin() as connection:
        connection.execute(text("INSERT INTO collections (name) VALUES ('attic')"))
    verdict = diagnosis_of(workplace).of_question("When is diesel sold?", "west quay", collection="attic")
    assert verdict.loss is Loss.OUT_OF_SCOPE
    assert COLLECTION in verdict.remedies[0].text


def test_the_candidates_it_would_take_are_found_by_trying(workplace: Workplace) -> None:
    tight = diagnosis_of(workplace, candidates=2, leg_candidates=2)
    verdict = tight.of_question("Who pays for water at berth 7?", "twenty litres", collection=COLLECTION)

    assert verdict.loss is Loss.NOT_RETRIEVED
    assert verdict.passage is not None
    assert verdict.passage.exact
    wanted = int(verdict.remedies[0].settings["FOREMOST_CANDIDATES"])
    enough = workplace.settings.model_copy(update={"candidates": wanted, "leg_candidates": 2})
    assert any(
        "twenty litres" in hit.text for hit in workplace.ask("Who pays for water at berth 7?", enough).context.hits
    )
    if wanted > 3:
        fewer = workplace.settings.model_copy(update={"candidates": wanted - 1, "leg_candidates": 2})
        hits = workplace.ask("Who pays for water at berth 7?", fewer).context.hits
        assert not any("twenty litres" in hit.text for hit in hits)


def test_a_passage_in_the_prompt_is_judged_by_the_answer(workplace: Workplace) -> None:
    open_floor = workplace.settings.model_copy(update={"relevance_floor": 0.0})
    answer = workplace.ask("When is diesel sold at the west quay?", open_floor)
    cited = diagnosis_of(workplace).of_answer(answer, '"west quay"')
    assert (cited.loss, cited.remedies) == (Loss.NOTHING, ())
    read = next(hit for hit in answer.context.hits if hit.passage_number and not hit.cited)
    unused = diagnosis_of(workplace).of_answer(answer, f"chunk:{read.chunk_id}")
    assert unused.loss is Loss.NOT_USED
    assert diagnosis_of(workplace).of_question(answer.question, "west quay").loss is Loss.IN_PROMPT


def test_an_old_answer_is_judged_by_its_ledger_with_a_note_of_changes_since(
    workplace: Workplace, tmp_path: Path
) -> None:
    question = "When is diesel sold at the west quay?"
    answer = workplace.ask(question, workplace.settings)
    (tmp_path / "harbour.md").write_text(HARBOUR.replace("Diesel", "Today diesel"), "utf-8")
    workplace.ingest(tmp_path / "harbour.md")

    again = diagnosis_of(workplace).of_answer(answer, "harbour.md")
    assert again.loss is Loss.NOTHING
    assert any("ingested again since" in note for note in again.notes)
    with workplace.without(tmp_path / "harbour.md"):
        gone = diagnosis_of(workplace).of_answer(answer, '"twenty litres"')
    assert gone.loss is Loss.NOTHING
    assert any("no longer in the corpus" in note for note in gone.notes)


def test_a_document_that_came_after_the_answer_asks_for_another_try(workplace: Workplace, tmp_path: Path) -> None:
    answer = workplace.ask("How high is the tide?", workplace.settings)
    (tmp_path / "tides.md").write_text("# Tides\n\nThe tide is four metres high in spring.", "utf-8")
    workplace.ingest(tmp_path / "tides.md")
    verdict = diagnosis_of(workplace).of_answer(answer, "four metres high")
    assert verdict.loss is Loss.NOT_INGESTED
    assert "after this answer" in verdict.summary
    assert verdict.remedies[0].text == "Ask again."


def test_an_old_answer_is_judged_even_when_its_reranker_is_gone(workplace: Workplace) -> None:
    answer = workplace.ask("When is diesel sold?", workplace.settings.model_copy(update={"passages": 1}))
    lost = next(hit for hit in answer.context.hits if hit.passage_number is None)
    gone = replace(answer, settings={**answer.settings, "reranker": "/models/gone"})
    verdict = diagnosis_of(workplace).of_answer(gone, f"chunk:{lost.chunk_id}")
    assert verdict.loss in (Loss.RERANKED_DOWN, Loss.BEYOND_LIMIT, Loss.BUDGET, Loss.BELOW_FLOOR)
    assert verdict.remedies[0].text.startswith("No remedy could be tried")


def test_an_expected_passage_is_kept_by_document_and_words(workplace: Workplace, tmp_path: Path) -> None:
    diagnosis = diagnosis_of(workplace)
    words = diagnosis.golden_passage("FOOTBRIDGES is closed")
    assert words.source_uri == str(tmp_path / "harbour.md")
    assert words.quote == "foot-\nbridges is closed"
    assert HARBOUR[words.start_char : words.end_char] == words.quote
    document = diagnosis.golden_passage("berths.md")
    assert (document.source_uri, document.quote) == (str(tmp_path / "berths.md"), "")
    missing = diagnosis.golden_passage("the lighthouse keeper")
    assert (missing.source_uri, missing.quote) == ("", "the lighthouse keeper")
    assert diagnosis.golden_passage("pays for water and light") == Expected(quote="pays for water and light")


def test_a_chunk_that_is_gone_is_kept_as_the_answer_had_it_or_refused(workplace: Workplace, tmp_path: Path) -> None:
    answer = workplace.ask("When is diesel sold at the west quay?", workplace.settings)
    hit = answer.context.hits[0]
    with workplace.without(tmp_path / "harbour.md"), workplace.without(tmp_path / "berths.md"):
        kept = diagnosis_of(workplace).golden_passage(f"chunk:{hit.chunk_id}", answer)
        with pytest.raises(NotFoundError, match="Search again"):
            diagnosis_of(workplace).golden_passage(f"chunk:{hit.chunk_id}")
    assert (kept.source_uri, kept.quote) == (hit.source_uri, hit.text)


# ------------------------------------------------------------------------------------------------- feedback


def an_answer(**changes: object) -> Answer:
    hits = (make_hit(1, fate=Fate.IN_PROMPT, passage_number=1, cited=True), make_hit(2))
    answer = Answer(
        id="11111111-2222-4333-8444-555555555555", chat_id=None, question="And then?",
        query=Query(text="What then?", changed=True, reason=""), collection="default", text="So.",
        outcome=Outcome.ANSWERED, sentences=(), removed_markers=0,
        context=Context(passages=(), hits=hits, tokens=0, token_budget=0), prompt=(), model=None, usage=None,
        reranker="", scored=0, notices=(), timings={}, settings={},
    )  # fmt: skip
    return replace(answer, **changes)  # type: ignore[arg-type]


def feedback_on(database: Engine, answer: Answer) -> tuple[Feedback, Golden]:
    ledger, golden = Ledger(database), Golden(database)
    ledger.store(answer)
    return Feedback(ledger, golden), golden


def test_a_good_answer_vouches_for_what_it_cites_until_the_thumb_is_taken_back(database: Engine) -> None:
    answer = an_answer()
    feedback, golden = feedback_on(database, answer)

    feedback.rate(answer, 1)
    (kept,) = golden.questions()
    assert (kept.question, kept.source, kept.answerable) == ("What then?", "thumbs", True)
    assert [passage.source_uri for passage in kept.expected] == ["/docs/1.md"]
    feedback.rate(answer, 0)
    assert golden.questions() == ()


def test_a_good_not_found_keeps_the_question_as_unanswerable(database: Engine) -> None:
    answer = an_answer(outcome=Outcome.NOT_FOUND)
    feedback, golden = feedback_on(database, answer)
    feedback.rate(answer, 1)
    assert [(kept.answerable, kept.expected) for kept in golden.questions()] == [(False, ())]


def test_a_bad_or_stopped_answer_vouches_for_nothing(database: Engine) -> None:
    answer = an_answer(outcome=Outcome.STOPPED)
    feedback, golden = feedback_on(database, answer)
    assert feedback.rate(answer, -1) is None
    assert feedback.rate(answer, 1) is None
    assert golden.questions() == ()


def test_a_picked_passage_stays_when_the_thumb_is_taken_back(database: Engine) -> None:
    answer = an_answer()
    feedback, golden = feedback_on(database, answer)
    feedback.right_passage(answer, feedback.candidate(answer, 2))
    feedback.rate(answer, -1)
    (kept,) = golden.questions()
    assert (kept.source, [passage.source_uri for passage in kept.expected]) == ("picked", ["/docs/2.md"])
    with pytest.raises(NotFoundError):
        feedback.candidate(answer, 3)


@pytest.mark.parametrize(
    ("words", "loss", "evidence"),
    [
        (
            "at noon the quay sells diesel in the west",
            Loss.NOT_AS_QUOTED,
            "in some passage: noon, quay, diesel, west",
        ),
        ("the tenant of berth 12 sells diesel", Loss.NOT_AS_QUOTED, "diesel"),
        ("zeppelins anchor beside the glacier", Loss.NOT_INGESTED, ""),
        ("the berth of a zeppelin", Loss.NOT_INGESTED, ""),  # only a word that every passage has
        ("Zeppeline ankern am Gletscher", Loss.NOT_INGESTED, ""),
        ("湖畔の飛行船", Loss.NOT_INGESTED, ""),
    ],
)
def test_words_are_not_ingested_only_when_the_rare_ones_are_nowhere(
    workplace: Workplace, words: str, loss: Loss, evidence: str
) -> None:
    verdict = diagnosis_of(workplace).of_question("When is diesel sold?", f'"{words}"')
    assert verdict.loss is loss
    assert evidence in "\n".join(verdict.evidence)


def test_an_exact_run_is_found_while_it_is_typed(workplace: Workplace) -> None:
    ((document, chunk),) = Locator(workplace.engine).exact("SOLD at the West quay", limit=5)
    assert document.name == "harbour.md"
    assert "Diesel is sold" in chunk.text
    assert Locator(workplace.engine).exact("quay west the at", limit=5) == ()
    assert len(Locator(workplace.engine).exact("is let by the year", limit=3)) == 3
