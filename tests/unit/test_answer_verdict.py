"""The verdict of an answer: one line for each way that it can be supported or not."""

import pytest

from app.core.domain import Outcome, Sentence, Support
from app.present.answer_verdict import State, verdict_of


def _sentence(support: Support, doubt: str = "") -> Sentence:
    return Sentence(text="x", start=0, end=1, support=support, passages=(1,), doubt=doubt)


CITED, NEAR, NONE = (_sentence(kind) for kind in (Support.CITED, Support.ATTRIBUTED, Support.UNSUPPORTED))
GREETING = _sentence(Support.NOT_A_CLAIM)
DOUBTED = _sentence(Support.CITED, "passage 1 does not mention 12")


@pytest.mark.parametrize(
    ("sentences", "state", "line"),
    [
        ((CITED, CITED, GREETING), State.CONFIRMED, "Every sentence has a source."),
        ((CITED, NEAR), State.SUPPORTED, "for 1 of 2 the closest passage"),
        ((NEAR,), State.SUPPORTED, "Every sentence has a source, the closest passage, which the model did not cite."),
        ((CITED, NONE, NONE), State.PARTLY, "2 of 3 sentences have no source"),
        ((NONE, GREETING), State.UNSUPPORTED, "Treat it as a guess"),
        ((DOUBTED, NONE), State.DOUBTED, "Check this: passage 1 does not mention 12."),
        ((GREETING,), State.NOTHING_TO_CHECK, "no claim"),
        ((), State.NOTHING_TO_CHECK, "no claim"),
    ],
)
def test_an_answer_is_judged_by_its_claims(sentences: tuple[Sentence, ...], state: State, line: str) -> None:
    verdict = verdict_of(Outcome.ANSWERED, sentences)
    assert verdict.state is state
    assert line in verdict.line


def test_how_an_answer_ended_comes_before_its_claims() -> None:
    assert verdict_of(Outcome.FAILED, (CITED,)).state is State.FAILED
    assert verdict_of(Outcome.STOPPED, (NONE,)).line == (
        "Stopped before the end. 1 of 1 sentences has no source (dotted line)."
    )
    assert "the best of 50 passages" in verdict_of(Outcome.NOT_FOUND, (), searched=50).line
    assert "nothing was found" in verdict_of(Outcome.NOT_FOUND, ()).line
