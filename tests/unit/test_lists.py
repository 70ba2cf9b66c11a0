"""Questions that count or list documents: their conditions, and those that ask for something else."""

from datetime import date
from typing import Any

import pytest

from app.core.domain import Sentence, Support
from app.core.plan import Kind, Plan
from app.plan.lists import listed_in
from app.plan.periods import period_at_end
from app.present.as_csv import as_csv
from app.web.answer_text import render_answer
from app.web.thread import render_exchange
from tests.support.builders import make_answer

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("question", "conditions"),
    [
        ("How many incidents in May?", {"count": True, "kind": "incidents", "period": "2026-05"}),
        ("How many incidents were there in May 2024?", {"kind": "incidents", "period": "2024-05"}),
        ("List the documents about fire", {"topics": ("fire",), "mentioned": False, "kind": "", "count": False}),
        (
            "Which reports mention Amara Delcourt?",
            {"topics": ("Amara Delcourt",), "mentioned": True, "kind": "reports"},
        ),
        ("Which documents mention fire or flood?", {"topics": ("fire", "flood")}),
        ("How many PDFs are there?", {"media_type": "application/pdf", "count": True}),
        ("List all documents tagged finance", {"tag": "finance"}),
        ("How many documents are in German?", {"language": "de"}),
        ("How many documents in the collection club?", {"collection": "club"}),
        ("Which documents were added since May?", {"new": True, "period": "≥ 2026-05-01"}),
        ("What is new since May?", {"new": True, "period": "≥ 2026-05-01"}),
        ("List the documents about fire, page 3", {"topics": ("fire",), "page": 3}),
        ("Wie viele Vorfälle gab es im Mai 2024?", {"count": True, "kind": "Vorfälle", "period": "2024-05"}),
        ("In wie vielen Dokumenten kommt Feuer vor?", {"count": True, "topics": ("Feuer",), "mentioned": True}),
        ("Welche Berichte, in denen Feuer vorkommt, gibt es?", {"kind": "Berichte", "topics": ("Feuer",)}),
        ("Was ist neu seit Mai?", {"new": True, "tongue": "de"}),
        ("Combien de rapports mentionnent la pompe en mai 2024 ?", {"kind": "rapports", "period": "2024-05"}),
        ("Quels documents parlent de l'incendie ?", {"topics": ("l'incendie",), "tongue": "fr"}),
        ("¿Cuántos incidentes hubo en mayo de 2024?", {"kind": "incidentes", "period": "2024-05", "count": True}),
        ("Lista de los documentos sobre incendios", {"topics": ("incendios",), "tongue": "es"}),
    ],
)
def test_the_conditions_of_a_list(question: str, conditions: dict[str, Any]) -> None:
    found = listed_in(question, TODAY)
    assert found is not None
    assert {name: str(value) if name == "period" else value for name, value in conditions.items()} == {
        name: str(getattr(found, name)) if name == "period" else getattr(found, name) for name in conditions
    }


@pytest.mark.parametrize(
    "question",
    [
        "How many legs has a spider?",
        "How many days of leave are there?",
        "How many countries are there in the UN?",
        "Which documents are needed for a visa?",
        "What documents do you have to bring?",
        "Which files does the installer write?",
        "List the documents that a tenant must sign",
        "Which employees are on call in May?",
        "Name the sources of the river",
        "Welche Dokumente brauche ich?",
        "Quels documents faut-il apporter ?",
        "What is new in version 2?",
        "Which documents are there?",
    ],
)
def test_a_question_with_a_word_left_over_is_searched(question: str) -> None:
    assert listed_in(question, TODAY) is None


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("in December", "2025-12"),
        ("between May 2023 and 3 June 2024", "2023-05-01 – 2024-06-03"),
        ("after May 3, 2025", "≥ 2025-05-04"),
        ("from May to June 2025", "2025-05-01 – 2025-06-30"),
        ("before 2020", "≤ 2019-12-31"),
        ("letztes Jahr", "2025"),
        ("le mois dernier", "2026-10"),
        ("desde el 3 de mayo de 2024", "≥ 2024-05-03"),
    ],
)
def test_a_period_is_read_in_four_languages(words: str, period: str) -> None:
    assert [str(found) for _, found in [period_at_end(f"reports {words}", TODAY) or ("", "")]] == [period]


def test_a_day_that_no_month_has_is_no_period() -> None:
    assert period_at_end("reports until 31 June 2024", TODAY) is None


def test_a_markdown_table_is_a_table_on_the_page_with_its_citations() -> None:
    text = "Two:\n\n| # | Name |\n|---|---|\n| 1 | <b>pump</b>.md [1] |\n\nEnd."
    html = render_answer(text, answer_id="a", numbers=frozenset({1}))
    assert "<th>#</th><th>Name</th>" in html
    assert "&lt;b&gt;pump&lt;/b&gt;.md" in html
    assert 'data-n="1"' in html
    assert html.count("<tr>") == 2


def test_an_answer_that_is_a_table_offers_its_rows_as_a_file() -> None:
    sentence = Sentence(text="| 1 |", start=0, end=5, support=Support.CITED, passages=(1,))
    table = make_answer(plan=Plan(kind=Kind.COUNT), sentences=(sentence,))
    assert 'data-act="csv"' in render_exchange(table)
    assert 'data-act="csv"' not in render_exchange(make_answer(sentences=(sentence,)))


def test_a_csv_cell_that_a_spreadsheet_would_run_is_text() -> None:
    assert as_csv([("name", "sum"), ('=cmd|"/c"', "-12.5")]) == 'name,sum\n"\'=cmd|""/c""",-12.5\n'
