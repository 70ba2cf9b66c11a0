"""A simple question has the same candidates, prompt and answer with the plan and computed answers on and off."""

from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.domain import Answer, Finished, Planned, Query, Question
from app.core.plan import Kind
from app.core.settings import load_settings
from app.direct.build import direct_answers
from app.fit import Prompts
from app.ledger import Ledger
from app.listing import Listing
from app.pipeline import Answerer, Rewriter
from app.planned_search import PlannedSearcher
from app.prompts import NOT_FOUND, conversation
from app.search import Searcher
from app.stages import build_retriever, planning
from tests.support.builders import fixed_boundary
from tests.support.cases import ingest_sources, made_source
from tests.support.fake_embedder import FakeEmbedder
from tests.support.fakes import ScriptedModel, WordReranker, word_support

PAPERS = {
    "backup.txt": "The nightly backup runs at half past two. Fourteen copies are kept on the server in Hamburg.",
    "parking.txt": "Visitors park behind the east hall. A permit costs twelve euros a week and may be renewed twice.",
    "library.txt": "The library opens on weekdays from nine to six and lends twenty books to each reader.",
    "engine.txt": "A fire in the engine room is fought with carbon dioxide after everybody has left it.",
    "lease.txt": "The lease ends after three months' notice. The deposit is two rents and earns no interest.",
    "travel.txt": "Trips are paid by the company. The maximum for a night in a hotel is 140 euros.",
    "minutes.md": "# Minutes\n\nThe board met in May and in June. It decided to compare two offers for the roof.",
    "prices.csv": "Item,Price\nRope,12\nAnchor,90\nLamp,30\n",
    "manual.md": "# Pump\n\nThe pump holds nine litres. The first version held seven, the latest holds nine.",
}
SIMPLE = (
    "How many backup copies are kept?",  # a count that stands in a sentence
    "How many books does the library lend to a reader?",
    "How many rents is the deposit?",
    "What is the maximum for a night in a hotel?",  # a word of an operation, with no table that holds it
    "What is the total weight of the ship?",
    "What does a permit cost?",
    "When does the library open and close?",  # "and" joins no two questions
    "How is a fire in the engine room fought?",
    "What did the board decide in May?",
    "Which offers were compared?",  # "compared" compares nothing here
    "Is the deposit paid with interest?",
    "Where do visitors park?",
    "What is the list price of a rope?",
    "Who pays for trips?",
    "What is the main point of a lease?",  # no summary of a document
    "How do I summarise a meeting?",
    "What holds the latest pump?",
    "Wann öffnet die Bibliothek?",
    "Combien coûte un permis ?",
    "¿Cuántas copias se guardan?",
)


class _AsAsked(Rewriter):
    def rewrite(self, question: Question) -> Generator[None, None, Query]:
        yield
        return Query(text=question.text, changed=False, reason="")


@pytest.fixture
def searchers(database: Engine) -> Mapping[bool, Searcher]:
    """By whether a plan comes first; both over one retriever and one reranker."""
    embedder = FakeEmbedder(max_tokens=256)
    ingest_sources(database, embedder, [made_source(f"/p/{name}", words) for name, words in PAPERS.items()])
    retriever = build_retriever(database, embedder, load_settings())
    return {plan: planning(retriever, WordReranker(), load_settings(plan=plan)) for plan in (True, False)}


def _answerer(engine: Engine, searcher: Searcher, *, direct: bool) -> Answerer:
    model = ScriptedModel(lambda _prompt: ["It says so [1]."])
    first, tables = direct_answers(
        engine, searcher, model=model, support=word_support, support_floor=0.55, answer_tokens=300,
        summary_seconds=60, boundary=fixed_boundary,
    )  # fmt: skip
    return Answerer(
        rewriter=_AsAsked(), searcher=searcher, model=model, support=word_support, ledger=Ledger(engine),
        listing=Listing(engine), passages=3, passages_tokens=300, answer_tokens=300, relevance_floor=0.0,
        support_floor=0.55, settings={}, direct=first if direct else (), tables=tables if direct else None,
        prompts=Prompts(answer=partial(conversation, "answer"), boundary=fixed_boundary, not_found=NOT_FOUND),
    )  # fmt: skip


def _shown(answer: Answer) -> dict[str, Any]:
    """Everything of an answer that its question and the documents decide."""
    return {
        "context": answer.context, "prompt": answer.prompt, "text": answer.text, "outcome": answer.outcome,
        "sentences": answer.sentences, "notices": answer.notices,
    }  # fmt: skip


def test_simple_questions_keep_their_order_under_a_plan(searchers: Mapping[bool, Searcher]) -> None:
    assert isinstance(searchers[True], PlannedSearcher)
    assert not isinstance(searchers[False], PlannedSearcher)
    for question in SIMPLE:
        planned, plain = (searchers[plan].search(question) for plan in (True, False))
        assert planned.context == plain.context, question
        assert (planned.left_out, planned.scored, planned.notices) == (plain.left_out, plain.scored, plain.notices)
        assert len(plain.context.hits) > len(PAPERS) // 2, question


def test_simple_questions_have_the_same_answer_with_computed_answers_on_and_off(
    database: Engine, searchers: Mapping[bool, Searcher]
) -> None:
    for question in SIMPLE:
        on, off = (
            list(_answerer(database, searchers[given], direct=given).answer(Question(text=question)))
            for given in (True, False)
        )
        assert not any(isinstance(event, Planned) for event in on), question
        last = [events[-1] for events in (on, off)]
        answers = [one.answer for one in last if isinstance(one, Finished)]
        assert _shown(answers[0]) == _shown(answers[1]), question
        assert answers[0].plan.kind in (Kind.SIMPLE, Kind.VERSION), question


def test_a_computed_answer_is_not_the_searched_one(database: Engine, searchers: Mapping[bool, Searcher]) -> None:
    """The comparison above can fail: these questions are answered otherwise."""
    for question in ("Which documents mention the deposit?", "What is the maximum Price in the prices table?"):
        ways = [_answerer(database, searchers[given], direct=given) for given in (True, False)]
        answers = [list(way.answer(Question(text=question)))[-1] for way in ways]
        texts = [one.answer.text for one in answers if isinstance(one, Finished)]
        assert texts[0] != texts[1], question
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM answers")).scalar_one() == 4
