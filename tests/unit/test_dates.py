"""Dates and versions as names and questions write them."""

import pytest

from app.core.dates import Stamp, stamps, version, years


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("travel-policy-2026.md", "2026"),
        ("minutes_2024-03-12.docx", "2024-03-12"),
        ("20240312_board.pdf", "2024-03-12"),
        ("IMG_20240312_101010.jpg", "2024-03-12"),
        ("12.03.2024 Protokoll", "2024-03-12"),
        ("Report March 2024", "2024-03"),
        ("5. Mai 2021", "2021-05-05"),
        ("2024_mar.pdf", "2024-03"),
        ("03-2024.xlsx", "2024-03"),
        ("compte rendu février 2023", "2023-02"),
        ("acta 3 enero 2022", "2022-01-03"),
        ("season 2023-2024", "2023 2024"),
        ("Budget 2023/24", "2023"),
        ("room 20201", ""),
        ("2000.50 pounds", ""),
        ("1,998", ""),
        ("0.2024", ""),
        ("x" * 5000, ""),
    ],
)
def test_dates_are_read_in_their_most_exact_form(text: str, written: str) -> None:
    assert " ".join(map(str, stamps(text))) == written


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("policy v2 final", (2,)), ("contract_v1.2.docx", (1, 2)), ("Vertrag Fassung 3", (3,)), ("rev3", (3,)),
        ("Version 12", (12,)), ("version_4_draft", (4,)), ("room 4", ()), ("v", ()), ("conversion 3", ()),
    ],
)  # fmt: skip
def test_versions(text: str, number: tuple[int, ...]) -> None:
    assert version(text) == number


def test_a_year_covers_its_months_and_not_the_other_way_round() -> None:
    assert Stamp(2024).covers(Stamp(2024, 3))
    assert Stamp(2024, 3).covers(Stamp(2024, 3, 12))
    assert not Stamp(2024, 3).covers(Stamp(2024))
    assert not Stamp(2024).covers(Stamp(2025))


def test_years_of_a_text() -> None:
    assert years("In 1998 and 2001, 12345 people; 20240312") == {1998, 2001, 2024}
