"""A follow-up and the turns before it go in, a question that stands on its own comes out."""

import re
from collections.abc import Generator, Sequence

from app.core.chat import ChatModel
from app.core.domain import Query, Question, Turn, Usage
from app.core.errors import ModelError
from app.prompts import conversation
from app.rewrite.followups import content_words, points_back, words

_REWRITE_TOKENS = 80  # The model may write this many.
_ANSWER_CHARACTERS = 300  # Of an earlier answer, the model reads the beginning, which names its subject.
_QUESTION_CHARACTERS = 400  # Of an earlier question, likewise.
_KEY_TERMS = 8  # Words of the previous question that are appended when the model fails.
_NAMES = 4  # Names in the previous answer that are appended with them.
_LONGEST = 300  # A rewrite may have this many characters, or three times those of the question.
_KEPT_SHARE = 0.6  # A rewrite keeps this share of the follow-up's content words.
_KNOWN_SHARE = 0.6  # This share of a rewrite's content words occurs in the conversation.
_STEM = 4  # Two forms of one word share at least this many letters.
# A word capitalised in mid-sentence, or a model number.
_NAME = re.compile(r"(?<=[^\W_,] )[A-ZÄÖÜÁÉÍÓÚÑÀÈÇ][^\W_]+|[^\W_]*\d[^\W_]*[A-Za-z][^\W_]*")
_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_LABEL = re.compile(r"^(?:[\w' ]{0,30}question|frage|pregunta|rewritten|rewrite|answer)\s*:\s*", re.IGNORECASE)


class Rewriter:
    """Rewrites follow-ups by the chat model, and checks the rewrite, since small models often get it wrong."""

    def __init__(self, model: ChatModel, *, max_history_turns: int = 3) -> None:
        self._model = model
        self._max_history_turns = max_history_turns

    def rewrite(self, question: Question) -> Generator[None, None, Query]:
        """Return the question for the retriever; Query.reason says whether it was changed, and why.

        Yields while the model works; closing the generator stops the model. When the model fails or its rewrite is
        unusable, the question stays as it is, and is also searched for with key terms of the previous one.
        """
        text = question.text.strip()
        if question.alone:
            return Query(text=text, changed=False, reason="asked as it stands")
        if not question.history:
            return Query(text=text, changed=False, reason="first question of the chat")
        turns = question.history[-self._max_history_turns :]
        why = points_back(text, context=turns[-1].question)
        if not why:
            return Query(text=text, changed=False, reason="it stands on its own")
        try:
            written, usage = yield from self._generate(text, turns)
        except ModelError as error:
            return _with_key_terms(text, turns, f"{why}; the model did not rewrite it: {error}")
        rewritten = _first_line(written)
        if fault := _fault(rewritten, usage, text, turns):
            return _with_key_terms(text, turns, f"{why}; the model's rewrite was not used: {fault}")
        return Query(text=rewritten, changed=True, reason=f"a follow-up: {why}")

    def _generate(self, text: str, turns: Sequence[Turn]) -> Generator[None, None, tuple[str, Usage]]:
        earlier = " ".join(f"{turn.question[:_QUESTION_CHARACTERS]} {_beginning(turn.answer)}" for turn in turns)
        messages = conversation("rewrite", earlier=_one_line(earlier), question=_one_line(text))
        stream = self._model.stream(messages, max_tokens=_REWRITE_TOKENS)
        pieces: list[str] = []
        try:
            while True:
                pieces.append(next(stream))
                yield
        except StopIteration as end:
            return "".join(pieces), end.value
        finally:
            stream.close()


def _beginning(answer: str) -> str:
    """The beginning of an earlier answer, without citation markers."""
    return _MARKER.sub("", answer)[:_ANSWER_CHARACTERS]


def _first_line(written: str) -> str:
    """The first line that is not blank, without labels and quotation marks."""
    line = next((line.strip() for line in written.splitlines() if line.strip()), "")
    line = _LABEL.sub("", line.strip("*_ ")).strip()
    return re.sub(r"""^["'“„«](.*)["'”“»]$""", r"\1", line).strip()


def _fault(rewritten: str, usage: Usage, text: str, turns: Sequence[Turn]) -> str:
    """Why the rewrite cannot be used; empty when it can."""
    own, new = content_words(text), content_words(rewritten)
    earlier = [word for turn in turns for word in content_words(f"{turn.question} {turn.answer}")]
    if not new:
        return "it says nothing"
    if usage.finish_reason == "length" or len(rewritten) > max(_LONGEST, 3 * len(text)):
        return "it is too long"
    if text.rstrip().endswith(("?", "？")) and not rewritten.endswith(("?", "？")):
        return "it answers instead of asking"
    if _share(own, new) < _KEPT_SHARE:
        return "it lost the question's own words"
    if _share(new, [*own, *earlier]) < _KNOWN_SHARE:
        return "it brings in words of its own"
    added = [word for word in new if not _occurs(word, own)]
    if not any(_occurs(word, earlier) for word in added):
        return "it does not say what the question refers to"
    return ""


def _with_key_terms(text: str, turns: Sequence[Turn], reason: str) -> Query:
    """The question, and the same with key terms of the previous question and names in its answer appended."""
    last, own = turns[-1], content_words(text)
    key_terms = [word for word in words(last.question) if content_words(word)][:_KEY_TERMS]
    names = [name for name in _NAME.findall(_beginning(last.answer)) if content_words(name)][:_NAMES]
    terms = dict.fromkeys(word for word in [*key_terms, *names] if not _occurs(word.lower(), own))
    if not terms:
        return Query(text=text, changed=False, reason=reason)
    return Query(
        text=text,
        changed=False,
        reason=f"{reason}; also searched for with key terms of the previous question",
        also=f"{text} ({' '.join(terms)})",
        added=tuple(terms),
    )


def _share(part: Sequence[str], whole: Sequence[str]) -> float:
    """Share of the words of `part` that occur in `whole`, 0..1; 1 when there are none."""
    return sum(_occurs(word, whole) for word in part) / len(part) if part else 1.0


def _occurs(word: str, among: Sequence[str]) -> bool:
    """Whether the word, or another form of it with the same first letters, is among the words."""
    stem = word[: max(_STEM, len(word) - 3)]
    return any(other == word or (len(word) >= _STEM and other.startswith(stem)) for other in among)


def _one_line(text: str) -> str:
    return " ".join(text.split())
