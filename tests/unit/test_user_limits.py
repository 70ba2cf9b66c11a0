"""Limits of each user: what is refused, and when it is allowed again."""

import pytest

from app.core.errors import AppError
from app.users import Limits


def test_answers_at_once_are_counted_for_each_user() -> None:
    limits = Limits(at_once=1, per_minute=0)
    with limits.one_more("ben"):
        with pytest.raises(AppError, match="being answered already"), limits.one_more("ben"):
            pass
        with limits.one_more("cora"):
            pass
    with limits.one_more("ben"):
        pass


def test_questions_a_minute_are_counted_for_each_user() -> None:
    now = 0.0
    limits = Limits(at_once=0, per_minute=2, clock=lambda: now)
    for _ in range(2):
        with limits.one_more("ben"):
            now += 10
    with pytest.raises(AppError, match=r"2 questions a minute\. Ask again in 41 s"), limits.one_more("ben"):
        pass
    with limits.one_more("cora"):
        pass
    now = 61.0
    with limits.one_more("ben"):
        pass
