"""Evaluation on a small corpus: expected passages found again, losses named by stage, runs kept, drafts written."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from app.core.errors import NotFoundError
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.quality.evaluation.questions import EvaluationQuestion, QuestionSet
from app.quality.evaluation.run import EvaluationRun
from app.quality.evaluation.runs import Runs
from app.quality.evaluation.session import Bench, evaluate
from app.quality.expected.drafting import Drafter
from app.quality.expected.golden import Expected, Golden
from app.quality.expected.locate import Locator, absence_of
from app.quality.expected.loss import Loss
from app.rerank import KeepOrder
from app.stages import build_retriever
from tests.support.fakes import ScriptedModel
from tests.support.ingested import ingest_text

BACKUPS = "The nightly backup runs at half past two. Fourteen copies are kept on the server in Hamburg."
TOPICS = (
    "Visitors park behind the east hall, and a permit costs twelve euros a week.",
    "The on-call engineer changes every Thursday at ten and answers extension 4417.",
    "Boats are rinsed with fresh water after each outing because salt eats the fittings.",
    "A fire in the engine room is fought with carbon dioxide after everybody has left it.",
    "The library opens on weekdays from nine to six and lends twenty books to each reader.",
)
LONG = "\n\n".join(f"{topic} Paragraph {at} goes on about this for a while." for at, topic in enumerate(TOPICS * 4))


@pytest.fixture
def corpus(database: Engine, embedder: Embedder) -> Engine:
    """A manual of many sections and a note on backups."""
    ingest_text(database, embedder, "/docs/manual.txt", LONG)
    ingest_text(database, embedder, "/docs/backups.txt", BACKUPS)
    return database


def chunks_of(engine: Engine, expected: Expected) -> frozenset[int]:
    return Locator(engine).locate(expected).chunk_ids


def test_a_passage_is_found_by_its_words_whatever_space_is_between_them(corpus: Engine) -> None:
    words = Expected(quote="fourteen  copies are\nkept")
    named = Expected(source_uri="backups.txt", quote="Fourteen copies are kept")
    whole = Expected(source_uri="/docs/backups.txt")
    assert len(chunks_of(corpus, words)) == 1
    assert chunks_of(corpus, words) == chunks_of(corpus, named) == chunks_of(corpus, whole)


def test_a_span_survives_another_chunking_and_words_that_moved(corpus: Engine, embedder: Embedder) -> None:
    at = LONG.index("A fire in the engine room")
    quote = LONG[at : at + 83]
    expected = Expected(source_uri="/docs/manual.txt", start_char=at, end_char=at + 83, quote=quote)
    before = chunks_of(corpus, expected)
    ingest_text(corpus, embedder, "/docs/manual.txt", LONG, target_tokens=25)
    finer = chunks_of(corpus, expected)
    ingest_text(corpus, embedder, "/docs/manual.txt", "A new preface of some words.\n\n" + LONG)
    moved = chunks_of(corpus, expected)
    assert before
    assert finer
    assert moved
    assert before.isdisjoint(finer)


def test_a_passage_that_was_split_counts_where_half_of_it_is(corpus: Engine) -> None:
    at = LONG.index("Visitors park")
    long = Expected(source_uri="manual.txt", start_char=at, end_char=at + 900)
    (occurrence,) = Locator(corpus).locate(long).occurrences
    assert not occurrence.whole
    assert len(occurrence.pieces) > 1
    assert occurrence.accepted
    assert set(occurrence.accepted) <= set(occurrence.pieces)


def test_a_passage_that_is_gone_is_missing_with_a_reason(corpus: Engine) -> None:
    lost, changed = Expected(source_uri="lost.pdf"), Expected(source_uri="backups.txt", quote="sixteen copies")
    words, locator = Expected(quote="sixteen copies"), Locator(corpus)
    for expected, problem in (
        (lost, "no document 'lost.pdf'"),
        (changed, "no longer holds"),
        (words, "with the words"),
    ):
        located = locator.locate(expected)
        assert located.chunk_ids == frozenset()
        assert problem in absence_of(expected, located)


def test_a_passage_of_another_collection_is_not_located(corpus: Engine) -> None:
    locator = Locator(corpus)
    for expected in (Expected(source_uri="backups.txt"), Expected(quote="Fourteen copies")):
        assert locator.locate(expected, collection="default").chunk_ids
        assert not locator.locate(expected, collection="attic").chunk_ids


def measured(engine: Engine, embedder: Embedder, settings: Settings, *questions: EvaluationQuestion) -> EvaluationRun:
    place = Bench(questions=QuestionSet(name="golden", questions=questions), engine=engine, embedder=embedder)
    return evaluate(place, KeepOrder(), settings, name="test")


def item(key: str, text: str, *expected: Expected, answerable: bool = True) -> EvaluationQuestion:
    return EvaluationQuestion(key=key, text=text, expected=expected, answerable=answerable)


def test_each_loss_is_named_by_its_stage(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(candidates=3, leg_candidates=40, passages=1, relevance_floor=0.1)
    question = "How many backup copies are kept?"
    found = Expected(source_uri="/docs/backups.txt")
    second = Expected(source_uri="/docs/manual.txt")
    run = measured(
        corpus,
        embedder,
        settings,
        item("found", question, found),
        item("low", question, second),
        item("out", question, Expected(quote="Paragraph 19 goes on about this")),
        item("gone", question, Expected(source_uri="lost.pdf")),
        item("changed", question, Expected(source_uri="backups.txt", quote="sixteen copies")),
        item("unjudged", question),
        item("nonsense", "Who painted the ceiling of the chapel?", answerable=False),
    )
    losses = {result.key: result.loss for result in run.questions}
    assert losses == {
        "found": Loss.IN_PROMPT,
        "low": Loss.BEYOND_LIMIT,
        "out": Loss.FUSED_OUT,
        "gone": Loss.NOT_INGESTED,
        "changed": Loss.NOT_IN_TEXT,
        "unjudged": None,
        "nonsense": None,
    }
    values = {result.key: result.values for result in run.judged}
    assert values["found"]["reranked"]["nDCG@10"] == 1.0
    assert values["found"]["text"]["P@1"] == 1.0
    assert 0 < values["low"]["reranked"]["nDCG@10"] < 1
    assert values["out"]["reranked"]["R@50"] == 0.0
    assert run.refusal(0.1).unanswerable == 1
    assert run.percentile(0.5) > 0


def test_the_same_evaluation_twice_is_the_same(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    questions = [
        item(str(at), topic.split(",")[0] + "?", Expected(quote=topic[:30])) for at, topic in enumerate(TOPICS)
    ]
    one, two = (measured(corpus, embedder, make_settings(), *questions) for _ in range(2))
    still = [replace(result, seconds={}) for result in one.questions]
    assert still == [replace(result, seconds={}) for result in two.questions]


def test_runs_are_kept_by_name_and_the_latest_counts(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    run = measured(corpus, embedder, make_settings(), item("a", "backup copies", Expected(quote="Fourteen copies")))
    runs = Runs(corpus)
    runs.save(replace(run, reranker="older"))
    runs.save(run)
    assert runs.load("test") == run
    assert [summary.reranker for summary in runs.list()] == [run.reranker, "older"]
    with pytest.raises(NotFoundError, match="Known: test"):
        runs.load("other")


def test_drafts_are_kept_with_their_bias_and_not_asked_twice(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    ingest_text(corpus, embedder, "/docs/long.txt", "\n\n".join(TOPICS), collection="drafts", target_tokens=120)

    def script(prompt: str) -> Iterable[str]:
        yield "Question: How much does a parking permit cost a week?" if "permit" in prompt else "No idea."

    golden = Golden(corpus)
    retriever = build_retriever(corpus, embedder, make_settings())
    drafter = Drafter(corpus, golden, ScriptedModel(script), retriever)
    (draft,) = drafter.draft(1, collection="drafts")
    assert draft.question == "How much does a parking permit cost a week?"
    assert draft.fused_rank == 1
    (kept,) = golden.questions(status="draft")
    assert (kept.source, kept.collection) == ("drafted", "drafts")
    assert "of its words are its passage's" in kept.note
    assert "permit" in kept.expected[0].quote
    with pytest.raises(NotFoundError, match="no passage left"):
        list(drafter.draft(1, collection="drafts"))
