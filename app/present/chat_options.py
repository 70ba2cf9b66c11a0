"""What a chat chose for its next question, as the browser and the database keep it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from app.core.domain import AS_CONFIGURED, Choice, Question, Turn
from app.present.filters import EVERYTHING, FilterOptions

MOST_PASSAGES, MOST_CANDIDATES = 50, 1000
_LONGEST = 500  # characters of a value
_MOST = 200  # values of one criterion
SEVERAL = ("collection", "document", "tag")  # criteria that take several values


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatOptions:
    """Where a chat searches and how it answers."""

    scope: FilterOptions = EVERYTHING  # criteria of several values as tuples
    choice: Choice = AS_CONFIGURED

    def as_json(self) -> dict[str, Any]:
        """What is chosen, as JSON values; empty for nothing."""
        scope = {name: value for name, value in asdict(self.scope).items() if value}
        choice = {name: value for name, value in asdict(self.choice).items() if value != getattr(AS_CONFIGURED, name)}
        return ({"scope": scope} if scope else {}) | ({"choice": choice} if choice else {})

    def narrowed(self, **criteria: object) -> "ChatOptions":
        """The same with these criteria in place of those of the same names."""
        return replace(self, scope=_scope(asdict(self.scope) | criteria))

    def question(self, text: str, *, history: tuple[Turn, ...], chat_id: str) -> Question:
        """The question to ask. Raises QuestionError for a date that is none."""
        return Question(
            text=text,
            collection=self.scope.only_collection,
            filters=self.scope.parse(),
            history=history,
            chat_id=chat_id,
            choice=self.choice,
        )


def read_options(stored: object) -> ChatOptions:
    """Options from JSON values; what is unknown or of the wrong kind is left out, as browsers keep what they like."""
    values = stored if isinstance(stored, Mapping) else {}
    scope, choice = values.get("scope"), values.get("choice")
    return ChatOptions(
        scope=_scope(scope if isinstance(scope, Mapping) else {}),
        choice=_choice(choice if isinstance(choice, Mapping) else {}),
    )


def _scope(values: Mapping[str, object]) -> FilterOptions:
    kept: dict[str, Any] = {}
    for option in fields(FilterOptions):
        value = values.get(option.name)
        if option.name in SEVERAL:
            texts = value if isinstance(value, list | tuple) else [value]
            listed = [text.strip()[:_LONGEST] for text in texts if isinstance(text, str) and text.strip()]
            kept[option.name] = tuple(dict.fromkeys(listed))[:_MOST]
        elif isinstance(value, str):
            kept[option.name] = value.strip()[:_LONGEST]
    return FilterOptions(**kept)


def _choice(values: Mapping[str, object]) -> Choice:
    model = values.get("model")
    return Choice(
        model=model.strip()[:_LONGEST] if isinstance(model, str) else "",
        passages=_number(values.get("passages"), MOST_PASSAGES),
        candidates=_number(values.get("candidates"), MOST_CANDIDATES),
        rerank=values.get("rerank") is not False,
    )


def _number(value: object, most: int) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value[:9])
    return min(value, most) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
