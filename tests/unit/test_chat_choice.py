"""Small decisions around chat models: addresses, estimates, failures in words."""

import pytest

from app.core.domain import Message
from app.generate import failures, tokens
from app.generate.ollama_server import normalised, without_password


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),  # noqa: S104  # an address as written, never bound
        (":11500", "http://127.0.0.1:11500"),
        ("", "http://127.0.0.1:11434"),
        ("gpu-box", "http://gpu-box:11434"),
        ("http://gpu-box/", "http://gpu-box"),
        ("https://chat.example/ollama/", "https://chat.example/ollama"),
        ("[::]:11434", "http://[::1]:11434"),
        ("https://me:secret@gpu:443", "https://me:secret@gpu:443"),
    ],
)
def test_an_ollama_address_is_understood_as_people_write_it(written: str, meant: str) -> None:
    assert normalised(written) == meant


def test_an_address_is_shown_without_its_password() -> None:
    assert without_password("https://me:secret@gpu:443/x") == "https://gpu:443/x"


def test_the_lower_bound_never_exceeds_the_upper_estimate() -> None:
    for text in (
        "",
        "a",
        "a b c",
        "The nightly backup runs at 02:30 UTC.",
        "公司昨天公布了业绩",
        "x" * 500,
        "1 " * 300,
    ):
        message = (Message(role="user", content=text),)
        assert tokens.at_least(message) <= tokens.at_most(message)


def test_every_word_and_every_digit_is_counted() -> None:
    assert tokens.text_at_most("one two three") >= 3
    assert tokens.text_at_most("1234567890") >= 10
    assert tokens.at_least((Message(role="user", content="one two  three\nfour"),)) == 4


@pytest.mark.parametrize(
    ("reply", "needed", "context"),
    [
        ('{"error":{"n_prompt_tokens":2217,"n_ctx":1024,"type":"exceed_context_size_error"}}', "2217", "1024"),
        ('{\\"type\\":\\"exceed_context_size_error\\",\\"n_prompt_tokens\\":2217,\\"n_ctx\\":1024}', "2217", "1024"),
        ("request (30 tokens) exceeds the available context size (16 tokens), try increasing it", "30", "16"),
        ("This model's maximum context length is 8 tokens. However, your request has 9 input tokens.", "9", "8"),
        ("maximum context length is 8 tokens and your prompt contains at least 9 input tokens", "9", "8"),
    ],
)
def test_a_refusal_is_recognised_and_its_numbers_are_read(reply: str, needed: str, context: str) -> None:
    assert failures.is_overflow(reply)
    line = str(failures.overflow(reply))
    assert f"has {needed} tokens" in line
    assert f"context is {context}" in line


def test_other_words_are_no_refusal() -> None:
    assert not failures.is_overflow("llama runner process has terminated")


def test_what_a_server_says_is_shown_on_one_short_line() -> None:
    line = failures.one_line("first\nsecond " + "x" * 500)
    assert line.startswith("first second")
    assert len(line) <= 200
    assert "\n" not in line
