"""What a chat chose: read from whatever a browser kept, said in words, and a model that is gone."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from app.core.chat import ChatModel
from app.core.domain import NO_FILTERS, Choice, Filters, Outcome
from app.core.errors import ModelError, QuestionError
from app.core.scope import nothing_in, scope_in_words
from app.generate import OfferedModels
from app.present.answer_verdict import verdict_of_answer
from app.present.chat_options import ChatOptions, read_options
from app.present.filters import EVERYTHING
from tests.support.builders import make_answer
from tests.support.fakes import ScriptedModel


def test_nothing_chosen_is_empty_and_asks_everywhere() -> None:
    question = ChatOptions().question("q", history=(), chat_id="c")
    assert (question.collection, question.filters, question.choice) == (None, NO_FILTERS, Choice())
    assert ChatOptions().as_json() == {}


def test_options_come_back_as_they_were_kept() -> None:
    scope = {"collection": ["a", "b"], "document": ["x, y.pdf"], "tag": ["t"], "language": "de", "since": "2026-01-31"}
    stored = {"scope": scope, "choice": {"model": "m", "passages": 3, "candidates": 80, "rerank": False}}
    options = read_options(stored)
    assert read_options(options.as_json()) == options
    question = options.question("q", history=(), chat_id="c")
    assert question.filters == Filters(
        collections=("a", "b"), documents=("x, y.pdf",), tags=("t",), language="de",
        since=datetime(2026, 1, 31).astimezone(),
    )  # fmt: skip
    assert question.choice == Choice(model="m", passages=3, candidates=80, rerank=False)


@pytest.mark.parametrize(
    "stored",
    [
        None, 7, "text", [], {"scope": 3, "choice": []}, {"scope": {"collection": 5, "tag": {"a": 1}, "since": ["x"]}},
        {"scope": {"unknown": "x"}, "choice": {"passages": "-1", "candidates": True, "model": 9, "rerank": "no"}},
        {"scope": {"collection": ["", " ", None]}, "choice": {"passages": 0, "candidates": "1e9"}},
    ],
)  # fmt: skip
def test_what_a_browser_should_not_have_kept_is_left_out(stored: object) -> None:
    assert read_options(stored) == ChatOptions(scope=EVERYTHING)


def test_numbers_and_lists_have_an_end() -> None:
    stored = {
        "scope": {"tag": [str(number) for number in range(1000)]},
        "choice": {"passages": "9" * 30, "candidates": 10**9},
    }
    options = read_options(stored)
    assert len(options.scope.tag) == 200
    assert (options.choice.passages, options.choice.candidates) == (50, 1000)


def test_a_date_that_is_none_is_an_error_of_the_question() -> None:
    with pytest.raises(QuestionError, match="since is not a date"):
        read_options({"scope": {"since": "soon"}}).question("q", history=(), chat_id="c")


@pytest.mark.parametrize(
    ("collection", "filters", "words"),
    [
        (None, NO_FILTERS, ""),
        ("club", NO_FILTERS, "collection club"),
        (None, Filters(collections=("a", "b", "c")), "collections a, b or c"),
        (None, Filters(documents=(7, "x.md"), tags=("t", "u")), "documents 7 or x.md, tags t and u"),
        (None, Filters(tags=tuple("abcdefg")), "tags a, b, c, d, e and 2 more"),
        (None, Filters(media_type="text/*", language="de", path_prefix="/a/"), "path /a/…, type text/*, language de"),
        (None, Filters(since=datetime(2026, 1, 31)), "from 2026-01-31"),
        (None, Filters(until=datetime(2026, 2, 1, 12)), "before 2026-02-01 12:00"),
    ],
)  # fmt: skip
def test_a_scope_is_said_in_words(collection: str | None, filters: Filters, words: str) -> None:
    assert scope_in_words(collection, filters) == words


def test_an_empty_scope_is_named_in_the_verdict() -> None:
    answer = make_answer(outcome=Outcome.NOT_FOUND, hits=(), collection="club", filters=Filters(tags=("t",)))
    assert verdict_of_answer(answer).line == nothing_in("club", Filters(tags=("t",)))
    assert verdict_of_answer(answer).line == "Nothing is in this scope: collection club, tag t."


class Server:
    """A server with models that come and go."""

    def __init__(self, *names: str) -> None:
        self.listed, self.away = list(names), False
        self.opened: list[str] = []
        self.configured = ScriptedModel(lambda _: ["x"], name="first")
        self.models = OfferedModels(self.configured, names=self.names, open_model=self.open)

    def names(self) -> Sequence[str]:
        if self.away:
            raise ModelError("It does not answer.")
        return self.listed

    def open(self, name: str) -> tuple[ChatModel, Sequence[str]]:
        self.opened.append(name)
        return ScriptedModel(lambda _: ["x"], name=name), (f"{name} is small.",)


def test_each_model_is_opened_once_and_the_configured_one_never() -> None:
    server = Server("first", "second")
    assert server.models.names() == ("first", "second")
    assert server.models.choose("").model is server.models.choose("first").model is server.configured
    chosen = server.models.choose("second")
    assert server.models.choose("second") is chosen
    assert (chosen.model.info.name, chosen.notices, server.opened) == ("second", ("second is small.",), ["second"])


def test_a_model_that_is_gone_is_named_and_opened_anew_when_it_is_back() -> None:
    server = Server("second")
    server.models.choose("second")
    server.listed.clear()
    gone = server.models.choose("second")
    assert gone.model is server.configured
    assert gone.notices == ("The model second is no longer offered: first answered.",)
    server.listed.append("second")
    assert server.models.choose("second").model.info.name == "second"
    assert server.opened == ["second", "second"]


def test_a_server_that_is_away_is_left_to_the_model_to_report() -> None:
    server = Server("second")
    server.away = True
    assert server.models.choose("second").model.info.name == "second"
    with pytest.raises(ModelError):
        server.models.names()
