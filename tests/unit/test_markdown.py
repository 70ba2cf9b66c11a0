"""Markdown: tables with caption and names, HTML within it, struck-out text; code stays as it is."""

import pytest

from app.core.domain import Document
from ingest.load import load
from tests.support import made_files as made


def loaded(text: str) -> Document:
    return load(made.source(text, "a.md"))


def test_a_table_has_the_names_of_its_columns() -> None:
    text = "# T\n\n| Route | **2024** | `a\\|b` |\n|:--|---|--:|\n| North | 5 | 6 |\n| South | 7 | 8 |\n\nAfter"
    document = loaded(text)
    assert document.text == text
    (rows,) = document.tables
    assert rows.header == "Route | 2024 | a|b"
    assert text[rows.start : rows.end] == "| North | 5 | 6 |\n| South | 7 | 8 |"
    assert text[rows.start - rows.head :].startswith("| Route |")


@pytest.mark.parametrize(
    ("before", "after", "caption"),
    [
        ("Table 1: Fares\n\n", "", "Table 1: Fares"),
        ("**Table 1.** Fares\n", "", "Table 1. Fares"),
        ("Table: Fares\n\n", "", "Fares"),
        ("[Fares]\n", "", "Fares"),
        ("", "\n\n: Fares", "Fares"),
        ("", "\n\nTable: Fares\n", "Fares"),
        ("Fares:\n\n", "\n\nMore", ""),
    ],
)
def test_a_caption_above_or_below_names_the_table(before: str, after: str, caption: str) -> None:
    document = loaded(f"# T\n\n{before}| a | b |\n|---|---|\n| 1 | 2 |{after}")
    assert [rows.caption for rows in document.tables] == [caption]


@pytest.mark.parametrize(
    "table", ["> | a | b |\n> |---|---|\n> | 1 | 2 |", "a | b\n--|--\n1 | 2", "| | b |\n|-|-|\n| x | 1 |"]
)
def test_tables_in_quotes_without_outer_bars_or_with_an_empty_corner(table: str) -> None:
    (rows,) = loaded(f"Text\n\n{table}\n\nText").tables
    assert rows.header in ("a | b", "| b")


def test_code_holds_no_tables_and_no_marks() -> None:
    fenced = "```\n| a | b |\n|---|---|\n| 1 | 2 |\n~~x~~ <sup>5</sup> <table><tr><td>x</table>\n```"
    code = fenced + "\n\n`~~y~~ <s>z</s>` <b>b</b>"
    document = loaded(code)
    assert document.text == code
    assert document.tables == ()


def test_struck_out_and_raised_text_within_a_line() -> None:
    document = loaded(
        "Costs ~~38~~ 44, <s>5</s> 6, <del>7</del><ins>8</ins>. 10<sup>5</sup>, H<sub>2</sub>O, a<br>b, ~~~x, 1~2"
    )
    assert document.text == "Costs [struck out: 38] 44, [struck out: 5] 6, 8. 10^5, H2O, a b, ~~~x, 1~2"
    assert document.warnings == ("1 deleted passage was left out.",)


def test_a_table_of_html_becomes_a_table() -> None:
    markup = (
        "<table>\n<caption>Fares</caption>\n<tr><th>Route</th><th colspan=2>2024</th></tr>\n\n"
        "<tr><td>North</td><td>5<del>4</del></td><td>6</td></tr></table>"
    )
    document = loaded(
        f"# T\n\nBefore {markup} after <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>.\n\n| a | b |\n|-|-|\n| 1 | 2 |"
    )
    assert "\n\nFares\nRoute | 2024 | 2024\nNorth | 5 | 6\n\n" in document.text
    assert "after 1/2." in document.text
    assert [(rows.caption, rows.header) for rows in document.tables] == [
        ("Fares", "Route | 2024 | 2024"),
        ("", "a | b"),
    ]
    assert document.warnings == ("1 deleted passage was left out.",)
    assert [heading.text for heading in document.headings] == ["T"]


def test_a_table_of_html_that_is_never_closed_stays_as_it_is() -> None:
    text = "Before\n\n<table><tr><td>x\n\nAfter"
    assert loaded(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "<x ~~ " + "`" * 19_000 + "\n" + ("<x" + "`" * 19_000 + "\n") * 20,
        "<sup" * 200_000,
        "<table>" * 50_000,
        ("a|b\n" + " " * 4_000 + "|x\n") * 300,
        "| a | b |\n|--|--|\n| 1 | 2 |\n\n" * 30_000,
        "|**" * 200_000 + "|\n|-|-|\n|a|b|",
    ],
)
def test_markdown_made_to_take_for_ever_is_read_in_linear_time(text: str) -> None:
    assert loaded(text).text  # with quadratic time each of these takes minutes
