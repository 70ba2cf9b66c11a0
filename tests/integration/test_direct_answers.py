"""Computed answers on the whole road: events, citations, the ledger, and the search where nothing can be computed."""

import re
from collections.abc import Callable, Generator
from functools import partial

import pytest
from sqlalchemy import Engine, text

from app.core.domain import (
    NO_FILTERS,
    Answer,
    Fate,
    Filters,
    Finished,
    Hit,
    Notice,
    Outcome,
    Query,
    Question,
    Retrieval,
    Token,
)
from app.core.plan import Kind
from app.direct.chunks import read_hits
from app.direct.lists import Lists
from app.direct.tables import Tables
from app.direct.whole import Summaries
from app.fit import Prompts
from app.ledger import Ledger
from app.listing import Listing
from app.pipeline import Answerer, Rewriter
from app.present.answer_verdict import State, verdict_of_answer
from app.prompts import NOT_FOUND, conversation
from app.rerank import KeepOrder
from app.search import Retriever, Searcher
from tests.support.builders import fixed_boundary
from tests.support.cases import ingest_sources, made_source
from tests.support.fake_embedder import FakeEmbedder
from tests.support.fakes import NothingNear, ScriptedModel, word_support
from tests.support.generators import returned

SALES = "Month,Region,Units,Price\n" + "".join(
    f"{month},{region},{units},{units}.50\n"
    for month, units in (("March", 10), ("April", 20), ("June", 30))
    for region in ("North", "South")
)


class EveryPassage(Retriever):
    """Finds all passages, in the order in which they were stored."""

    def __init__(self, engine: Engine) -> None:
        with engine.connect() as connection:
            ids = list(connection.execute(text("SELECT id FROM chunks ORDER BY id")).scalars())
            found = read_hits(connection, ids, found_by="")
        self._hits = tuple(_ranked(found[one], rank) for rank, one in enumerate(ids, 1))

    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:  # noqa: ARG002
        return Retrieval(hits=self._hits, embed_seconds=0.0, sql_seconds=0.0)


class AsAsked(Rewriter):
    def rewrite(self, question: Question) -> Generator[None, None, Query]:
        yield
        return Query(text=question.text, changed=False, reason="")


def _ranked(hit: Hit, rank: int) -> Hit:
    from dataclasses import replace

    return replace(hit, fused_rank=rank, final_rank=rank, vector_rank=rank, vector_distance=0.1)


@pytest.fixture
def engine(database: Engine) -> Engine:
    ingest_sources(
        database,
        FakeEmbedder(max_tokens=256),
        [
            made_source("/t/sales.csv", SALES),
            made_source("/t/a.txt", "Fire drills are held in June."),
            made_source("/t/b.txt", "A fire needs air."),
        ],
    )
    return database


def answering(engine: Engine, model: ScriptedModel) -> Answerer:
    searcher = Searcher(retriever=EveryPassage(engine), reranker=KeepOrder())
    return Answerer(
        rewriter=AsAsked(),
        searcher=searcher,
        model=model,
        support=word_support,
        ledger=Ledger(engine),
        listing=Listing(engine),
        prompts=Prompts(answer=partial(conversation, "answer"), boundary=fixed_boundary, not_found=NOT_FOUND),
        passages=5,
        passages_tokens=900,
        answer_tokens=300,
        relevance_floor=0.0,
        support_floor=0.55,
        settings={},
        direct=(Lists(engine, NothingNear()), summaries(engine, model)),
        tables=Tables(engine, model),
    )


def answered(
    engine: Engine, question: str, *, says: str | Callable[[str], str] = "It says so [1]."
) -> tuple[Answer, list[object]]:
    """The answer as the ledger gives it back, and the events. says: what the model answers, or from its prompt."""
    model = ScriptedModel(lambda prompt: [says if isinstance(says, str) else says(prompt)])
    ledger = Ledger(engine)
    events = list[object](answering(engine, model).answer(Question(text=question)))
    last = events[-1]
    assert isinstance(last, Finished)
    assert ledger.load(last.answer.id).context == last.answer.context
    return ledger.load(last.answer.id), events


def test_a_list_is_stored_with_its_citations_and_no_model_is_called(engine: Engine) -> None:
    answer, events = answered(engine, "Which documents mention fire?")
    assert answer.text.startswith("At least 2 documents")
    assert (answer.outcome, answer.model, answer.plan.kind) == (Outcome.ANSWERED, None, Kind.COUNT)
    assert [(hit.name, hit.cited) for hit in answer.context.hits] == [("a.txt", True), ("b.txt", True)]
    assert verdict_of_answer(answer).state is State.CONFIRMED
    assert "".join(event.text for event in events if isinstance(event, Token)) == answer.text


def test_a_sum_cites_the_passages_of_its_rows_and_the_other_candidates_are_not_used(engine: Engine) -> None:
    answer, _ = answered(engine, "What is the total number of units in the North?")
    assert answer.text.startswith("The sum of Units is **60** over 3 rows (Region = North) [1].")
    assert (answer.plan.kind, answer.model) == (Kind.TABLE, None)
    fates = {hit.name: hit.fate for hit in answer.context.hits}
    assert fates == {"sales.csv": Fate.IN_PROMPT, "a.txt": Fate.NOT_USED, "b.txt": Fate.NOT_USED}


def test_the_model_names_the_column_only_where_the_words_do_not_and_only_one_of_those_listed(engine: Engine) -> None:
    answer, _ = answered(engine, "What is the maximum in the North?", says=_number_of_price)
    assert answer.text.startswith("The highest Price is **30.50** in June")
    for guess in ("2", "7; DROP TABLE chunks"):  # a place in the list whatever stands there, and no place of it
        answer, events = answered(engine, "What is the maximum in the North?", says=guess)
        assert answer.plan.kind is Kind.SIMPLE
        assert any(isinstance(event, Notice) and "not clear which column" in event.text for event in events)


def _number_of_price(prompt: str) -> str:
    found = re.search(r"(\d)\. Price", prompt)
    return found[1] if found else "It says so [1]."


def test_what_cannot_be_computed_is_searched_as_ever(engine: Engine) -> None:
    answer, _ = answered(engine, "What is the total weight of the drills?")
    assert (answer.plan.kind, answer.text) == (Kind.SIMPLE, "It says so [1].")
    assert all(hit.fate is Fate.IN_PROMPT for hit in answer.context.hits)


def summaries(engine: Engine, model: ScriptedModel) -> Summaries:
    return Summaries(
        engine,
        model=model,
        support=word_support,
        support_floor=0.4,
        answer_tokens=100,
        seconds=60,
        boundary=fixed_boundary,
    )


def test_a_summary_is_kept_until_its_document_changes(engine: Engine) -> None:
    said = ["Drills are held in June [1]."]
    model = ScriptedModel(lambda _prompt: said)
    first = returned(summaries(engine, model).answer(Question(text="Summarise a.txt")))
    assert first is not None
    assert (first.text, first.plan.kind, bool(first.prompt)) == ("Drills are held in June [1].", Kind.WHOLE, True)
    said[:] = ["Something else [1]."]
    again = returned(summaries(engine, model).answer(Question(text="Summarise a.txt")))
    assert again is not None
    assert (again.text, again.prompt, again.sentences) == (first.text, (), first.sentences)
    assert again.notices[0].startswith("Kept since")
    points = returned(summaries(engine, model).answer(Question(text="Key points of a.txt")))
    assert points is not None
    assert points.text == "Something else [1]."
    ingest_sources(engine, FakeEmbedder(max_tokens=256), [made_source("/t/a.txt", "Drills are held in July.")])
    renewed = returned(summaries(engine, model).answer(Question(text="Summarise a.txt")))
    assert renewed is not None
    assert renewed.text == "Something else [1]."


def test_a_name_of_no_document_or_of_several_is_searched(engine: Engine) -> None:
    model = ScriptedModel(lambda _prompt: ["It says so [1]."])
    assert returned(summaries(engine, model).answer(Question(text="Summarise the lease"))) is None
    assert returned(summaries(engine, model).answer(Question(text="Summarise this document"))) is None
    only = Question(text="Summarise this document", filters=Filters(documents=("b.txt",)))
    found = returned(summaries(engine, model).answer(only))
    assert found is not None
    assert found.plan.subject == "b.txt"


def test_a_stopped_summary_keeps_its_text_so_far_and_is_not_kept_for_others(engine: Engine) -> None:
    model = ScriptedModel(lambda _prompt: ["Drills ", "are ", "held [1]."])
    steps = answering(engine, model).answer(Question(text="Summarise a.txt"))
    next(event for event in steps if isinstance(event, Token))
    steps.close()
    stored = Ledger(engine).load(Ledger(engine).find("last"))
    assert (stored.outcome, stored.text) == (Outcome.STOPPED, "Drills")
    assert model.stopped.is_set()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM document_summaries")).scalar_one() == 0


def test_a_summary_on_the_whole_road_cites_its_passages(engine: Engine) -> None:
    answer, _ = answered(engine, "Summarise b.txt", says="A fire needs air [1].")
    assert (answer.plan.kind, answer.text) == (Kind.WHOLE, "A fire needs air [1].")
    assert answer.model is not None
    assert [hit.cited for hit in answer.context.hits] == [True]
