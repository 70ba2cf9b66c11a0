"""The Details of an answer."""

from app.core.domain import Filters, Message, ModelInfo, Query, Usage
from app.web.details import details_html
from tests.support.builders import make_answer


def test_details_hold_prompt_model_tokens_seconds_settings_and_notices() -> None:
    answer = make_answer(
        query=Query(text="pump volume", changed=True, reason="a follow-up"),
        prompt=(Message(role="system", content="Rules <1>"), Message(role="user", content="What?")),
        model=ModelInfo(backend="ollama", name="qwen3:4b", context_tokens=4096, tokens_counted=True),
        usage=Usage(
            prompt_tokens=90, sent_tokens=95, answer_tokens=14, context_tokens=4096, finish_reason="stop",
            uncut="proven", proof="truncate was off",
        ),
        notices=("The reranker was not used.",),
        timings={"sql": 0.0123},
        settings={"candidates": 50},
        filters=Filters(path_prefix="/a/"),
    )  # fmt: skip
    html = details_html(answer)
    for expected in (
        "<q>pump volume</q>", "a follow-up", "qwen3:4b (ollama)", "<td>90 of 4,096</td>",
        "<td>proven: truncate was off</td>",
        "0.012 s",
        "<td>50</td>", "/a/", "<li>The reranker was not used.</li>", "<pre dir=\"auto\">Rules &lt;1&gt;</pre>",
        "9 of 90 tokens of passages",
    ):  # fmt: skip
        assert expected in html


def test_a_server_that_does_not_count_is_shown_as_an_estimate_not_proven() -> None:
    usage = Usage(
        prompt_tokens=None, sent_tokens=900, answer_tokens=None, context_tokens=4096, finish_reason="stop",
        uncut="not proven", proof="the server says nothing",
    )  # fmt: skip
    html = details_html(make_answer(usage=usage))
    assert "about 900 of 4,096" in html
    assert "not proven: the server says nothing" in html


def test_blocks_without_content_are_left_out() -> None:
    html = details_html(make_answer(prompt=()))
    assert "Notices" not in html
    assert "The prompt as it was sent" not in html
    assert "Model and tokens" in html


def test_late_interaction_is_named_with_the_command_for_a_full_cross_encoder() -> None:
    built_in = details_html(make_answer(reranker="reranker-minilm-l6-int8 (late interaction, int8 ONNX)"))
    assert "<td>python -m app models</td>" in built_in
    assert "app models" not in details_html(make_answer(reranker="other (cross-encoder, cpu)"))
