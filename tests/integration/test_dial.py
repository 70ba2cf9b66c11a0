"""The dial on a small corpus: nothing is scored twice, a stopped sweep goes on, what is applied is in effect."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest
from sqlalchemy import Engine, text

from app.bootstrap import open_searcher
from app.bootstrap import services as bootstrap
from app.core.applied_settings import apply, load_overrides, overridden, withdraw
from app.core.domain import Finished, Hit, Question, Reranking
from app.core.errors import SettingsError
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.quality.dial.cache import Cache, identity
from app.quality.dial.measure import Cancelled, Listener, Measurer, Step
from app.quality.dial.scorer import Contender
from app.quality.dial.session import sweep
from app.quality.dial.sweeps import last_sweep
from app.quality.dial.tuning import Tuning
from app.quality.evaluation.judge import Judge
from app.quality.evaluation.questions import EvaluationQuestion, QuestionSet
from app.quality.evaluation.session import Bench
from app.quality.expected.golden import Expected, Golden
from app.rerank import Reranker, build_reranker
from app.stages import build_retriever
from app.unanswered import Asked
from app.web.conversation import running_answers
from tests.support.fakes import ScriptedModel, WordReranker
from tests.support.ingested import ingest_text

TOPICS = {
    "backups": "The nightly backup runs at half past two and fourteen copies are kept on the server in Hamburg.",
    "parking": "Visitors park behind the east hall, and a parking permit costs twelve euros a week.",
    "library": "The library opens on weekdays from nine to six and lends twenty books to each reader.",
    "engine": "A fire in the engine room is fought with carbon dioxide after everybody has left it.",
}
QUESTIONS = QuestionSet(
    name="golden",
    questions=tuple(
        EvaluationQuestion(key=name, text=words, expected=(Expected(source_uri=f"/docs/{name}.txt"),))
        for name, words in (
            ("backups", "How many backup copies are kept?"),
            ("parking", "What does a permit cost?"),
            ("library", "When does the library open?"),
            ("engine", "How is a fire fought?"),
        )
    ),
)


class ScoredWords(WordReranker):
    """Overlap of words, and how many pairs were scored."""

    def __init__(self) -> None:
        self.scored = 0

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        self.scored += len(hits)
        return super().rerank(question, hits)


@pytest.fixture
def corpus(database: Engine, embedder: Embedder) -> Engine:
    """Four documents."""
    for name, words in TOPICS.items():
        ingest_text(database, embedder, f"/docs/{name}.txt", words)
    return database


def measurer(
    engine: Engine, embedder: Embedder, settings: Settings, reranker: Reranker, listener: Listener | None = None
) -> Measurer:
    retrievers = {depth: build_retriever(engine, embedder, settings, candidates=depth) for depth in (2, 4)}
    return Measurer(
        retrievers=retrievers,
        leg_candidates=settings.leg_candidates,
        contenders=[Contender(label="full", setting="auto", reranker=reranker)],
        judge=Judge(engine),
        cache=Cache(engine),
        listener=listener or Listener(),
    )


def test_a_second_sweep_scores_nothing_and_finds_the_same(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    reranker = ScoredWords()
    first = measurer(corpus, embedder, make_settings(), reranker).sweep(QUESTIONS)
    assert [(point.name, point.quality.mean) for point in first.points][-1] == ("4 candidates, full", 1.0)
    assert all(point.quality.questions == 4 for point in first.points)
    assert first.left_out == ()
    before = reranker.scored
    again = measurer(corpus, embedder, make_settings(), reranker).sweep(QUESTIONS)
    assert reranker.scored == before + 3  # the three pairs by which a model is told from another
    assert again.points == first.points


def test_a_stopped_sweep_goes_on_where_it_was(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    reranker, steps = ScoredWords(), list[Step]()
    stopped = Listener(
        tell=steps.append, stopped=lambda: any(step.stage == "timing" and step.done == 2 for step in steps)
    )
    with pytest.raises(Cancelled):
        measurer(corpus, embedder, make_settings(), reranker, stopped).sweep(QUESTIONS)
    scored = reranker.scored
    whole = measurer(corpus, embedder, make_settings(), reranker).sweep(QUESTIONS)
    assert whole.timed == 4
    assert reranker.scored - scored == 3 + 4  # the probes, and the one question that was left


def test_another_model_under_the_same_name_is_another_one() -> None:
    class Contrary(ScoredWords):
        def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
            return super().rerank("harbour " + question, hits)

    assert identity(ScoredWords()) == identity(ScoredWords())
    assert identity(ScoredWords()) != identity(Contrary())


@pytest.mark.parametrize("setting", ["auto", "late-interaction", "cross-encoder", "none"])
def test_the_order_from_known_logits_is_the_order_of_reranking(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings], setting: str
) -> None:
    settings = make_settings()
    reranker = build_reranker(setting, embedder, settings.data_dir, budget_ms=0)
    hits = build_retriever(corpus, embedder, settings).retrieve("How many backup copies are kept?").hits
    ranked = reranker.rerank("How many backup copies are kept?", hits).hits
    assert reranker.reorder(sorted(ranked, key=lambda hit: hit.fused_rank)) == ranked


def test_fewer_candidates_are_the_beginning_of_more_while_the_legs_are_the_same(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(leg_candidates=100)
    few, many = (build_retriever(corpus, embedder, settings, candidates=count) for count in (2, 100))
    for question in QUESTIONS.questions:
        assert few.retrieve(question.text).hits == many.retrieve(question.text).hits[:2]


def test_a_sweep_of_the_real_rerankers_is_kept(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    place = Bench(questions=QUESTIONS, engine=corpus, embedder=embedder)
    found = sweep(place, corpus, make_settings(), minutes=1)
    assert last_sweep(corpus, "golden") == found
    assert {point.reranker for point in found.points} == {"none", "small", "full", "cross"}
    assert [name.split(" (")[1].split(",")[0] for name in found.rerankers.values()][1:] == [
        "late interaction",
        "cross-encoder",
    ]
    assert found.points[-1].quality.mean == 1.0
    assert [(point.section_tokens, point.whole.mean) for point in found.sections] == [(0, 1.0), (300, 1.0), (800, 1.0)]


def test_what_is_applied_is_in_effect_unless_the_setting_is_given(
    corpus: Engine, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"reranker": "none", "candidates": "20", "passages": "3"}
    assert apply(corpus, make_settings(), values, reason="dial, 100 ms") == ()
    effective = overridden(make_settings(), corpus)
    assert (effective.reranker, effective.candidates, effective.passages) == ("none", 20, 3)
    monkeypatch.setenv("FOREMOST_PASSAGES", "7")
    assert overridden(make_settings(), corpus).passages == 7
    assert apply(corpus, make_settings(), values, reason="again") == ("FOREMOST_PASSAGES",)
    assert {override.reason for override in load_overrides(corpus)} == {"again"}
    assert withdraw(corpus) == 3
    assert overridden(make_settings(candidates=9), corpus).candidates == 9


def test_values_that_the_settings_do_not_allow_are_not_applied(
    corpus: Engine, make_settings: Callable[..., Settings]
) -> None:
    for values in ({"passages": "0"}, {"passages": "many"}, {"database_url": "x"}):
        with pytest.raises(SettingsError):
            apply(corpus, make_settings(), values, reason="test")
    assert load_overrides(corpus) == ()


def test_the_page_measures_in_the_background_and_answers_by_what_was_applied(
    corpus: Engine, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    golden = Golden(corpus)
    for asked in QUESTIONS.questions:
        golden.add(asked.text, asked.expected, source="file")
    golden.add("Who painted the chapel's ceiling?", [], source="typed", answerable=False)
    monkeypatch.setattr(bootstrap, "open_chat_model", lambda *_, **__: (ScriptedModel(lambda _: ["Ten [1]."]), ()))
    settings = make_settings(database_url=corpus.url.render_as_string(hide_password=False))
    with closing(bootstrap.open_services(settings, report=lambda _line: None)) as services:
        tuning = Tuning(services)
        tuning.start_sweep(1.0)
        tuning.join()
        tuning.start_floor()
        tuning.join()
        running = running_answers(services)  # as the page has them since its start
        state = tuning.state()
        assert (state.questions, state.unanswerable, state.running, state.problem) == (5, 1, "", "")
        assert state.sweep is not None
        assert state.curve is not None
        assert tuning.apply({"passages": "2", "reranker": "none"}, "test") == ()
        (*_, finished) = services.answerer.answer(Question(text="What does a permit cost?"))
        assert isinstance(finished, Finished)
        assert finished.answer.settings["passages"] == 2
        assert finished.answer.reranker == "none (first-stage order)"
        assert services.ledger.load(finished.answer.id).settings["reranker"] == "none"

        chat = services.ledger.start_chat("Permits")
        running.ask(chat, Asked(text="What does a permit cost?"))
        while running.current(chat) is not None:
            time.sleep(0.02)
        assert [answer.settings["passages"] for answer in services.ledger.chat_answers(chat)] == [2]


def test_the_page_drafts_questions_and_accepts_them(
    corpus: Engine, embedder: Embedder, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = " ".join(f"The ferry to island {number} leaves at {number} o'clock in summer." for number in range(1, 12))
    ingest_text(corpus, embedder, "/docs/ferries.txt", long)
    model = ScriptedModel(lambda _: ["When does the ferry leave for island 3?"])
    monkeypatch.setattr(bootstrap, "open_chat_model", lambda *_, **__: (model, ()))
    settings = make_settings(database_url=corpus.url.render_as_string(hide_password=False))
    with closing(bootstrap.open_services(settings, report=lambda _line: None)) as services:
        tuning = Tuning(services)
        tuning.start_drafts(2)
        tuning.join()
        before = tuning.state()
        assert (before.problem, before.questions) == ("", 0)
        assert before.drafts == len(before.drafted) > 0
        assert tuning.accept_drafts() == before.drafts
        assert (tuning.state().questions, tuning.state().drafts) == (before.drafts, 0)


@pytest.mark.usefixtures("server")
def test_a_search_goes_by_what_was_applied(
    database: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    ingest_text(database, embedder, "/docs/parking.txt", TOPICS["parking"])
    apply(database, make_settings(), {"reranker": "none"}, reason="dial")
    settings = make_settings(database_url=database.url.render_as_string(hide_password=False))
    with closing(open_searcher(settings, report=lambda _line: None)) as parts:
        found = parts.searcher.search("What does a permit cost?")
        assert parts.settings.reranker == "none"
    assert found.scored == 0
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM setting_overrides")).scalar_one() == 1
