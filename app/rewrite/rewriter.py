"""Rewrite: a follow-up goes in with the turns before it, a question that stands on its own comes out."""

import re
from collections.abc import Generator, Sequence

from app.core.chat import ChatModel
from app.core.domain import Query, Question, Turn, Usage
from app.core.errors import ModelError
from app.prompts import conversation
from app.rewrite.followups import content_words, points_back, words

_REWRITE_TOKENS = 80
_ANSWER_CHARACTERS = 300  # of an earlier answer; its beginning names what it is about
_QUESTION_CHARACTERS = 400
_KEY_TERMS = 8
_NAMES = 4
_LONGEST = 300  # characters, or three times the question where that is more
_KEPT_SHARE = 0.6  # of the follow-up's own content words
_KNOWN_SHARE = 0.6  # of the rewrite's content words that occur in the conversation
_STEM = 4  # letters that two forms of one word share
_NAME = re.compile(
    r"(?<=[^\W_,] )[A-ZÄÖÜÁÉÍÓÚÑÀÈÇ][^\W_]+|[^\W_]*\d[^\W_]*[A-Za-z][^\W_]*"
)  # capitalised in mid-sentence, or a model number
_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_LABEL = re.compile(r"^(?:[\w' ]{0,30}question|frage|pregunta|rewritten|rewrite|answer)\s*:\s*", re.IGNORECASE)


class Rewriter:
    """Makes follow-ups stand alone through the chat model, and checks what a small model makes of them."""

    def __init__(self, model: ChatModel, *, max_history_turns: int = 3) -> None:
        self._model = model
        self._max_history_turns = max_history_turns

    def rewrite(self, question: Question) -> Query:
        """The question for the retriever; Query.reason says what was done and why. Never fails: see steps."""
        steps = self.steps(question)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                query: Query = done.value
                return query

    def steps(self, question: Question) -> Generator[None, None, Query]:
        """The same, giving control back while the model works, so that it can be stopped by closing the generator.

        Where the model fails or writes something unusable, the key terms of the previous question are added instead.
        """
        text = question.text.strip()
        if not question.history:
            return Query(text=text, changed=False, reason="first question of the chat")
        turns = question.history[-self._max_history_turns :]
        why = points_back(text, context=turns[-1].question)
        if not why:
            return Query(text=text, changed=False, reason="it stands on its own")
        try:
            written, usage = yield from self._ask(text, turns)
        except ModelError as error:
            return _with_key_terms(text, turns, f"{why}; the model did not rewrite it: {error}")
        rewritten = _cleaned(written)
        if fault := _fault(rewritten, usage, text, turns):
            return _with_key_terms(text, turns, f"{why}; the model's rewrite was not used: {fault}")
        return Query(text=rewritten, changed=True, reason=f"a follow-up: {why}")

    def _ask(self, text: str, turns: Sequence[Turn]) -> Generator[None, None, tuple[str, Usage]]:
        earlier = " ".join(f"{turn.question[:_QUESTION_CHARACTERS]} {_beginning(turn.answer)}" for turn in turns)
        messages = conversation("rewrite", earlier=_one_line(earlier), question=_one_line(text))
        stream = self._model.stream(messages, max_tokens=_REWRITE_TOKENS)
        pieces: list[str] = []
        try:
            while True:
                pieces.append(next(stream))
                yield
        except StopIteration as done:
            return "".join(pieces), done.value
        finally:
            stream.close()


def _beginning(answer: str) -> str:
    """What an earlier answer is about, without its markers."""
    return _MARKER.sub("", answer)[:_ANSWER_CHARACTERS]


def _cleaned(written: str) -> str:
    """The first line that says something, without labels and quotation marks."""
    line = next((line.strip() for line in written.splitlines() if line.strip()), "")
    line = _LABEL.sub("", line.strip("*_ ")).strip()
    return re.sub(r"""^["'“„«](.*)["'”“»]$""", r"\1", line).strip()


def _fault(rewritten: str, usage: Usage, text: str, turns: Sequence[Turn]) -> str:
    """Why the rewrite cannot be used, empty when it can."""
    own, new = content_words(text), content_words(rewritten)
    said = [word for turn in turns for word in content_words(f"{turn.question} {turn.answer}")]
    if not new:
        return "it says nothing"
    if usage.finish_reason == "length" or len(rewritten) > max(_LONGEST, 3 * len(text)):
        return "it is too long"
    if text.rstrip().endswith(("?", "？")) and not rewritten.endswith(("?", "？")):
        return "it answers instead of asking"
    if _share(own, new) < _KEPT_SHARE:
        return "it lost the question's own words"
    if _share(new, [*own, *said]) < _KNOWN_SHARE:
        return "it brings in words nobody said"
    if not any(not _occurs(word, own) and _occurs(word, said) for word in new):
        return "it does not say what the question refers to"
    return ""


def _with_key_terms(text: str, turns: Sequence[Turn], reason: str) -> Query:
    """The question with what the previous one was about: its key terms, and the names in the answer to it."""
    last, own = turns[-1], content_words(text)
    names = [name for name in _NAME.findall(_beginning(last.answer)) if content_words(name)]
    known = [word for word in words(last.question) if content_words(word)][:_KEY_TERMS]
    terms = dict.fromkeys(word for word in [*known, *names[:_NAMES]] if not _occurs(word.lower(), own))
    if not terms:
        return Query(text=text, changed=False, reason=reason)
    return Query(text=f"{text} ({' '.join(terms)})", changed=True, reason=f"{reason}; key terms of the previous added")


def _share(part: Sequence[str], whole: Sequence[str]) -> float:
    return sum(_occurs(word, whole) for word in part) / len(part) if part else 1.0


def _occurs(word: str, among: Sequence[str]) -> bool:
    """Whether the word or another form of it is there: one begins with the other's first letters."""
    stem = word[: max(_STEM, len(word) - 3)]
    return any(other == word or (len(word) >= _STEM and other.startswith(stem)) for other in among)


def _one_line(text: str) -> str:
    return " ".join(text.split())
