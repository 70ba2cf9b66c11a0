"""Periods, weekdays and units of a chain of numbers are compared by value."""

from app.cite.numbers import numbers
from app.cite.rates import rates
from app.cite.weekdays import weekdays


def test_a_period_is_the_same_in_every_language() -> None:
    assert rates("37,50 Euro pro Woche") == rates("0,20 euros por semana") == rates("每周0.5元") == {"duration-week"}


def test_days_inside_a_range_count() -> None:
    assert set(weekdays("Monday to Friday")) == {0, 1, 2, 3, 4}
    assert set(weekdays("Le jeudi")) == {3}


def test_the_unit_at_the_end_is_that_of_every_number_of_a_chain() -> None:
    assert all("length-centimeter" in number.units for number in numbers("60 × 40 × 40 cm"))
