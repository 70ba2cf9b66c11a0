"""Follow-ups: recognised among questions that stand alone, rewritten by the model, kept safe from its nonsense."""

from collections.abc import Generator, Sequence
from dataclasses import replace

import pytest
from typing_extensions import override

from app.core.chat import ChatModel
from app.core.domain import Message, ModelInfo, Question, Turn, Usage
from app.core.errors import ModelError
from app.rewrite.followups import points_back
from app.rewrite.rewriter import Rewriter
from tests.support.generators import returned

HISTORY = (Turn(question="When does the nightly backup run?", answer="The nightly backup runs at 02:30 UTC [1]."),)


class ScriptedModel(ChatModel):
    """Answers every prompt with the same text, or fails."""

    info = ModelInfo(backend="embedded", name="scripted", context_tokens=4096, tokens_counted=True)

    def __init__(self, text: str = "", *, finish_reason: str = "stop", error: ModelError | None = None) -> None:
        self.text = text
        self.finish_reason = finish_reason
        self.error = error
        self.prompts: list[Sequence[Message]] = []
        self.closed_early = False

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) for message in messages)

    @override
    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> Generator[str, None, Usage]:
        self.prompts.append(messages)
        if self.error is not None:
            raise self.error
        try:
            yield ""
            yield from self.text.splitlines(keepends=True)
        except GeneratorExit:
            self.closed_early = True
            raise
        return Usage(
            prompt_tokens=1,
            sent_tokens=1,
            answer_tokens=1,
            context_tokens=4096,
            finish_reason=self.finish_reason,
            uncut="proven",
            proof="",
        )

    def close(self) -> None:
        """Nothing to give back."""


def follow_up(text: str, history: tuple[Turn, ...] = HISTORY) -> Question:
    return Question(text=text, history=history)


def test_the_first_question_of_a_chat_is_left_alone_without_asking_the_model() -> None:
    model = ScriptedModel()
    query = returned(Rewriter(model).rewrite(Question(text=" How many copies does it keep? ")))
    assert (query.text, query.changed, query.reason) == (
        "How many copies does it keep?",
        False,
        "first question of the chat",
    )
    assert model.prompts == []


def test_a_question_that_stands_alone_is_left_alone_without_asking_the_model() -> None:
    model = ScriptedModel()
    query = returned(Rewriter(model).rewrite(follow_up("Who is on call on Thursdays in the summer?")))
    assert (query.changed, query.reason) == (False, "it stands on its own")
    assert model.prompts == []


def test_a_follow_up_is_rewritten_from_the_last_turns() -> None:
    model = ScriptedModel("Full question: How many copies does the nightly backup keep?\nSome chatter.")
    turns = (*(Turn(question=f"Old {n}?", answer="Yes.") for n in range(5)), *HISTORY)
    query = returned(Rewriter(model, max_history_turns=2).rewrite(follow_up("How many copies does it keep?", turns)))
    assert query.text == "How many copies does the nightly backup keep?"
    assert query.changed
    assert "“it”" in query.reason
    prompt = model.prompts[0][-1].content
    assert "How many copies does it keep?" in prompt
    assert "nightly backup runs at 02:30 UTC." in prompt
    assert "[1]" not in prompt
    assert "Old 4?" in prompt
    assert "Old 3?" not in prompt


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", "it says nothing"),
        ("\n  \n", "it says nothing"),
        ("The nightly backup keeps fourteen copies.", "it answers instead of asking"),
        ("How many copies does it keep?", "it does not say what the question refers to"),
        ("When does the nightly backup run?", "it lost the question's own words"),
        ("How many copies does the French revolution keep in Paris museums today?", "it brings in words of its own"),
        ("How many copies does the nightly backup keep? " + "Really? " * 60, "it is too long"),
    ],
)
def test_an_unusable_rewrite_gives_way_to_the_key_terms_of_the_question_before(written: str, fault: str) -> None:
    query = returned(Rewriter(ScriptedModel(written)).rewrite(follow_up("How many copies does it keep?")))
    assert query.text == "How many copies does it keep?"
    assert query.also.startswith("How many copies does it keep? (nightly backup run")
    assert query.added[:3] == ("nightly", "backup", "run")
    assert not query.changed
    assert fault in query.reason


def test_a_rewrite_cut_at_its_limit_is_not_used() -> None:
    model = ScriptedModel("How many copies does the nightly backup keep?", finish_reason="length")
    assert "it is too long" in returned(Rewriter(model).rewrite(follow_up("How many copies does it keep?"))).reason


def test_a_failing_model_does_not_stop_the_search() -> None:
    model = ScriptedModel(error=ModelError("The server is gone."))
    query = returned(Rewriter(model).rewrite(follow_up("How many copies does it keep?")))
    assert "(nightly backup run" in query.also
    assert "The server is gone." in query.reason


def test_names_in_the_answer_before_help_when_a_person_is_meant() -> None:
    history = (Turn(question="Who founded Acme?", answer="It was founded by Maria Lopez in 1987 [1]."),)
    query = returned(Rewriter(ScriptedModel()).rewrite(follow_up("Where was she born?", history)))
    assert query.also == "Where was she born? (founded Acme Maria Lopez)"


def test_a_question_asked_as_it_stands_is_never_rewritten() -> None:
    model = ScriptedModel("How many copies does the nightly backup keep?")
    question = replace(follow_up("How many copies does it keep?"), alone=True)
    query = returned(Rewriter(model).rewrite(question))
    assert (query.text, query.changed, query.also) == ("How many copies does it keep?", False, "")
    assert model.prompts == []


def test_braces_in_a_question_reach_the_model_as_they_are() -> None:
    model = ScriptedModel()
    returned(Rewriter(model).rewrite(follow_up("Why does it print {earlier}?")))
    assert "Follow-up: Why does it print {earlier}?" in model.prompts[0][-1].content


def test_a_rewrite_can_be_stopped_while_the_model_works() -> None:
    model = ScriptedModel("How many copies does the nightly backup keep?")
    steps = Rewriter(model).rewrite(follow_up("How many copies does it keep?"))
    next(steps)
    steps.close()
    assert model.closed_early


@pytest.mark.parametrize(
    "text",
    [
        "How many copies does it keep?",
        "And in winter?",
        "Why?",
        "What about the larger model?",
        "Is that one covered by the warranty?",
        "Where do I have to apply for that?",
        "When did she leave the company?",
        "Gilt sie auch in der Probezeit?",
        "Und für Auszubildende im ersten Jahr?",
        "Wie lange dauert das?",
        "Was muss ich dafür bezahlen, und wann?",
        "Est-elle valable à l'étranger ?",
        "Et pour les pièces d'usure de la machine ?",
        "¿Y para los productos rebajados en enero?",
        "¿Cuándo se puede solicitar eso?",
        "那冬天呢？",
    ],
)
def test_a_message_that_leans_on_the_one_before_is_recognised(text: str) -> None:
    assert points_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "When does the nightly backup run?",
        "Is it possible to run the nightly backup by hand?",
        "Who is the engineer that changes the rota on Thursdays?",
        "How many days of paid leave do full-time employees get?",
        "Wie viele Urlaubstage gibt es im Jahr?",
        "Können Sie die Kündigungsfrist für leitende Angestellte nennen?",
        "Wann öffnet das Lager in der Hauptstraße?",
        "Quelle est la durée de la garantie de la machine ?",
        "Est-ce que la garantie couvre les pièces d'usure ?",
        "¿Cuál es el plazo de devolución de los productos?",
        "E-mail address for the support team of the main office?",
        "昨天公司公布的上个季度的业绩是多少？",
    ],
)
def test_a_message_that_stands_alone_is_recognised(text: str) -> None:
    assert points_back(text) == ""
