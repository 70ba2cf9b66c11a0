"""The plan of a question: which need several searches, and what each searches for."""

import pytest

from app.core.plan import ONE_SEARCH, Kind
from app.plan import make_plan
from app.plan.hops import names_in


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Compare the notice periods of the Berlin lease and the Hamburg lease",
            ("the notice periods of the Berlin lease", "the notice periods of the Hamburg lease"),
        ),
        ("How does the winter timetable differ from the summer one?", ("the winter timetable", "the summer timetable")),
        ("Which is longer, the Rhine or the Elbe?", ("Which is longer the Rhine", "Which is longer the Elbe")),
        ("Is the Falcon faster than the Osprey?", ("faster the Falcon", "faster the Osprey")),
        ("Was ist der Unterschied zwischen Miete und Pacht?", ("Miete", "Pacht")),
        ("Quelle est la différence entre le bail et le prêt ?", ("le bail", "le prêt")),
        (
            "¿Cuál es la diferencia entre el contrato de Madrid y el de Sevilla?",
            ("el contrato de Madrid", "el contrato de Sevilla"),
        ),
    ],
)
def test_each_thing_that_is_compared_is_searched(question: str, parts: tuple[str, ...]) -> None:
    plan = make_plan(question)
    assert plan.kind is Kind.COMPARE
    assert plan.parts == parts
    assert plan.reason == "it compares 2 things"


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What does a ticket cost? When does the ferry leave?",
            ("What does a ticket cost", "When does the ferry leave"),
        ),
        (
            "When was the bridge built and who designed it?",
            ("When was the bridge built", "who designed it (bridge built)"),
        ),
        (
            "Wann wurde die Brücke gebaut und wer hat sie entworfen?",
            ("Wann wurde die Brücke gebaut", "wer hat sie entworfen (brücke gebaut)"),
        ),
        (
            "Quand ouvre la piscine et combien coûte une entrée ?",
            ("Quand ouvre la piscine", "combien coûte une entrée"),
        ),
        ("¿Cuándo abre la piscina y cuánto cuesta la entrada?", ("Cuándo abre la piscina", "cuánto cuesta la entrada")),
    ],
)
def test_each_fact_is_searched_and_a_part_that_points_back_is_completed(question: str, parts: tuple[str, ...]) -> None:
    plan = make_plan(question)
    assert plan.kind is Kind.PARTS
    assert plan.parts == parts


def test_a_thing_that_is_only_described_is_found_first() -> None:
    plan = make_plan("What is the population of the city where Tesla was born?")
    assert plan.kind is Kind.TWO_HOPS
    assert plan.parts == ("city where Tesla was born", "What is the population of city")


@pytest.mark.parametrize(
    "question",
    [
        "When and where was Tesla born?",
        "What is the name of the ship that sank?",
        "Which Panthers player got a penalty, which gave the Broncos a new set of downs?",
        "What is the time lag between when transmission changes and when the impact is seen?",
        "Are masses larger than 7 cm removed?",
        '"the difference between a lease and a loan"',
        "What did the ECDC and WHO ask the countries?",
        "boats and oars",
        "How do results in former Model C schools compare to other schools?",
    ],
)
def test_a_question_with_one_fact_keeps_its_one_search(question: str) -> None:
    assert make_plan(question) == ONE_SEARCH


def test_names_come_from_the_sentence_that_fits_and_not_from_the_question() -> None:
    text = "The harbour was busy in May. Project Orion is run by Team Falcon in Oslo. Ann Lee was not there."
    found = names_in(
        [text], about="team that runs project Orion", question="Who manages the team that runs project Orion?"
    )
    assert found == ("Team Falcon", "Oslo")
