"""An answer goes in, its verdict comes out: how far the documents support it, the same wherever the answer is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.domain import Answer, Outcome, Sentence, Support
from app.core.scope import scope_in_words


class State(StrEnum):
    """What the verdict says; each has a line and a colour of its own."""

    CONFIRMED = "confirmed"  # every claim is cited by the model, and the check agrees
    SUPPORTED = "supported"  # every claim has a passage, some by our comparison only
    PARTLY = "partly supported"
    DOUBTED = "doubted"  # a cited passage says otherwise
    UNSUPPORTED = "unsupported"
    NOTHING_TO_CHECK = "nothing to check"
    NOT_FOUND = "not found"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerVerdict:
    """How far the documents support an answer."""

    state: State
    line: str  # for people; the first line of the answer


def verdict_of(outcome: Outcome, sentences: Sequence[Sentence], *, searched: int = 0, scope: str = "") -> AnswerVerdict:
    """The verdict of an answer.

    For an answer that was not found: searched is the number of candidates, scope in words where it was searched.
    """
    if outcome is Outcome.FAILED:
        return AnswerVerdict(state=State.FAILED, line="The answer failed.")
    if outcome is Outcome.NOT_FOUND:
        return AnswerVerdict(state=State.NOT_FOUND, line=_not_found(searched, scope))
    if outcome is Outcome.STOPPED:
        return AnswerVerdict(state=State.STOPPED, line=_stopped(sentences))
    return _by_sentences(sentences)


def _not_found(searched: int, scope: str) -> str:
    if not searched and scope:
        return f"Nothing is in this scope: {scope}."
    if not searched:
        return "Not in your documents: nothing was found to read."
    return f"Not in your documents: the best of {searched} passages do not answer this."


def _stopped(sentences: Sequence[Sentence]) -> str:
    missing = sum(sentence.support is Support.UNSUPPORTED for sentence in sentences)
    return "Stopped before the end." + (f" {_of(missing, len(_claims(sentences)))}" if missing else "")


def _claims(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [sentence for sentence in sentences if sentence.support is not Support.NOT_A_CLAIM]


def verdict_of_answer(answer: Answer) -> AnswerVerdict:
    """The verdict of a whole answer."""
    return verdict_of(
        answer.outcome,
        answer.sentences,
        searched=len(answer.context.hits),
        scope=scope_in_words(answer.collection, answer.filters),
    )


def _by_sentences(sentences: Sequence[Sentence]) -> AnswerVerdict:
    claims = _claims(sentences)
    missing = sum(sentence.support is Support.UNSUPPORTED for sentence in claims)
    doubts = [sentence.doubt for sentence in claims if sentence.doubt]
    if not claims:
        return AnswerVerdict(
            state=State.NOTHING_TO_CHECK, line="This answer makes no claim that a passage could support."
        )
    if missing == len(claims):
        line = "Nothing in your documents supports this. Treat it as a guess."
        return AnswerVerdict(state=State.UNSUPPORTED, line=line)
    if doubts:
        more = f" {_of(missing, len(claims))}" if missing else ""
        others = f" ({len(doubts) - 1} more)" if len(doubts) > 1 else ""
        return AnswerVerdict(state=State.DOUBTED, line=f"Check this: {doubts[0]}{others}.{more}")
    if missing:
        return AnswerVerdict(state=State.PARTLY, line=_of(missing, len(claims)))
    matched = sum(sentence.support is Support.ATTRIBUTED for sentence in claims)
    if matched:
        which = (
            "the closest passage" if matched == len(claims) else f"for {matched} of {len(claims)} the closest passage"
        )
        line = f"Every sentence has a source, {which}, which the model did not cite."
        return AnswerVerdict(state=State.SUPPORTED, line=line)
    return AnswerVerdict(state=State.CONFIRMED, line="Every sentence has a source.")


def _of(missing: int, claims: int) -> str:
    verb = "has" if missing == 1 else "have"
    return f"{missing} of {claims} sentences {verb} no source (dotted line)."
