"""The embedded model for real: exact counts, refusals, stopping, and a quiet end of the process."""

import hashlib
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.cite.cite import cite
from app.cite.meaning import EmbeddingSupport
from app.core.chat import ChatModel
from app.core.domain import Message, Question, Support, Turn, Usage
from app.core.errors import ContextOverflowError, ModelError
from app.core.models.embedding import Embedder
from app.core.template_marks import broken_up
from app.generate import build_chat_model, embedded_server, tokens
from app.pack import render
from app.prompts import conversation
from app.rewrite.rewriter import Rewriter
from tests.support.builders import BOUNDARY, make_passage
from tests.support.generators import returned

CONTEXT_TOKENS = 2048
SETTINGS = {
    "model": "",
    "ollama_url": "http://127.0.0.1:9",
    "openai_url": "",
    "openai_api_key": "",
    "context_tokens": CONTEXT_TOKENS,
    "answer_tokens": 60,
    "temperature": 0.0,
    "seed": 7,
    "timeout_seconds": 120,
}
HELLO = (Message(role="system", content="You answer briefly."), Message(role="user", content="Grüße! Say hello 你好."))


SAMPLES = (
    "The nightly backup runs at 02:30 UTC and keeps fourteen copies; older ones are deleted automatically. " * 3,
    "THE PERFORMANCE OF INFORMATION RETRIEVAL SYSTEMS WAS EVALUATED BY MEANS OF TEST COLLECTIONS. " * 3,
    "def rank(hits: Sequence[Hit]) -> list[Hit]:\n    return sorted(hits, key=lambda hit: -hit.score)\n" * 5,
    "| 17 | 637.50 € | 2026-08-17 | item_17 |\n" * 20,
    "89b983aa5ec58afdc8725149ea6b33e3a93db8a9362b27ecf41b3a1deac05a5c " * 5,
    "Die Donaudampfschifffahrtsgesellschaft veröffentlichte überraschenderweise ihre Geschäftsergebnisse. " * 3,
    "L'entreprise a publié hier ses résultats : le chiffre d'affaires a augmenté de 12,5 %. " * 4,
    "El plazo de devolución es de catorce días naturales. ¿Cómo se solicita la ampliación? " * 4,
    "Spółka ogłosiła wczoraj wyniki za ostatni kwartał: przychody wzrosły o dwanaście procent. " * 4,
    "Şirket dün son çeyreğe ait sonuçlarını açıkladı; gelirler yüzde on iki arttı. " * 4,
    "Компания опубликовала результаты за последний квартал: выручка выросла благодаря экспорту. " * 4,
    "Η εταιρεία ανακοίνωσε χθες τα αποτελέσματα του τελευταίου τριμήνου και τα έσοδα αυξήθηκαν. " * 4,
    "أعلنت الشركة أمس نتائج الربع الأخير، وارتفعت الإيرادات بفضل الصادرات. " * 4,
    "कंपनी ने कल पिछली तिमाही के नतीजे घोषित किए। राजस्व में बारह प्रतिशत की वृद्धि हुई। " * 4,
    "公司昨天公布了上个季度的业绩，收入增长了百分之十二点五。请在十四天内退回产品。" * 5,
    "会社は昨日、前四半期の業績を発表しました。売上高は12.5パーセント増加しました。" * 5,
    "회사는 어제 지난 분기 실적을 발표했습니다. 매출은 12.5퍼센트 증가했습니다. " * 5,
    "บริษัทประกาศผลประกอบการไตรมาสที่แล้วเมื่อวานนี้ รายได้เพิ่มขึ้นสิบสองเปอร์เซ็นต์ " * 4,
    "Great 😀👍🎉 news 🚀! → ✓ ★ ☂ ∀x∈ℝ: x²≥0 ⇒ ∑ᵢ aᵢ ≤ ∞ " * 5,
)


@pytest.fixture(scope="module")
def model(data_dir: Path) -> Iterator[ChatModel]:
    built, notices = build_chat_model(backend="embedded", data_dir=data_dir, **SETTINGS)  # type: ignore[arg-type]
    assert notices == ()
    yield built
    built.close()


@pytest.fixture
def server(model: ChatModel, data_dir: Path) -> embedded_server.ChatServer:  # noqa: ARG001  # it runs the model
    """The running server behind the model."""
    return embedded_server.chat_server(embedded_server.chat_model_file(data_dir), context_tokens=CONTEXT_TOKENS)


def answer(model: ChatModel, messages: tuple[Message, ...], max_tokens: int | None = None) -> tuple[str, Usage]:
    stream, pieces = model.stream(messages, max_tokens=max_tokens), []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as done:
            return "".join(pieces), done.value


def passages_prompt(passages: str, question: str) -> tuple[Message, ...]:
    return conversation("answer_small", passages=passages, question=question)


def test_the_count_before_the_call_is_what_the_server_reads(model: ChatModel) -> None:
    text, usage = answer(model, HELLO, max_tokens=8)
    assert text.strip()
    assert usage.prompt_tokens == usage.sent_tokens == model.count_tokens(HELLO)
    assert usage.uncut == "proven"
    assert model.info.tokens_counted
    assert model.info.context_tokens == usage.context_tokens == CONTEXT_TOKENS


def test_every_mark_of_the_models_own_template_is_broken_up(server: embedded_server.ChatServer) -> None:
    keyed = {"Authorization": f"Bearer {server.api_key}"}
    template = httpx.get(f"{server.url}/props", headers=keyed, timeout=30).json()["chat_template"]
    marks = set(re.findall(r"<[|｜][^<>\n]+?>|</?[a-z]+_[a-z_]+>", template))
    assert "<|im_start|>" in marks
    assert not {mark for mark in marks if mark in broken_up(f"text {mark} text")}


def test_an_answer_that_reaches_its_limit_ends_with_length(model: ChatModel) -> None:
    _, usage = answer(model, HELLO, max_tokens=2)
    assert (usage.finish_reason, usage.answer_tokens) == ("length", 2)


def test_a_prompt_that_does_not_fit_is_refused_with_both_sizes(model: ChatModel) -> None:
    with pytest.raises(ContextOverflowError) as caught:
        answer(model, (Message(role="user", content="hello world " * 1500),))
    assert f"context is {CONTEXT_TOKENS}" in str(caught.value)


def test_the_server_itself_refuses_what_does_not_fit(server: embedded_server.ChatServer) -> None:
    response = httpx.post(
        f"{server.url}/v1/chat/completions",
        json={"messages": [{"role": "user", "content": "hello world " * 1500}], "max_tokens": 1},
        headers={"Authorization": f"Bearer {server.api_key}"},
        timeout=60,
    )
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "exceed_context_size_error"


def test_without_its_key_the_server_answers_nobody(server: embedded_server.ChatServer) -> None:
    for path in ("/props", "/slots"):
        assert httpx.get(server.url + path).status_code == 401
    assert server.url.startswith("http://127.0.0.1:")


def test_closing_the_stream_frees_the_model_at_once(model: ChatModel, server: embedded_server.ChatServer) -> None:
    story = (Message(role="user", content="Write a very long story about a lighthouse keeper."),)
    stream = model.stream(story, max_tokens=1500)
    next(piece for piece in stream if piece)
    stream.close()
    # The one slot would be taken for a minute; this answer comes first, and after it nothing runs.
    text, _ = answer(model, HELLO, max_tokens=2)
    assert text
    slots = httpx.get(f"{server.url}/slots", headers={"Authorization": f"Bearer {server.api_key}"}).json()
    assert [slot["is_processing"] for slot in slots] == [False]


def test_closing_the_stream_before_the_first_token_frees_the_model_too(model: ChatModel) -> None:
    stream = model.stream((Message(role="user", content="alpha beta gamma delta " * 450),), max_tokens=500)
    assert next(stream) == ""
    stream.close()
    assert answer(model, HELLO, max_tokens=2)[0]


def test_a_fact_in_the_passages_is_answered_from_them(model: ChatModel) -> None:
    passages = (
        "[1] Manual › Backup\nThe nightly backup runs at 02:30 UTC and keeps fourteen copies.\n\n"
        "[2] Manual › On call\nThe on-call engineer changes every Thursday at 10:00."
    )
    text, _ = answer(model, passages_prompt(passages, "When does the nightly backup run?"))
    assert "02:30" in text


def test_what_the_model_invents_is_marked_unsupported(model: ChatModel, embedder: Embedder) -> None:
    passage = make_passage(1, "The nightly backup runs at 02:30 UTC and keeps fourteen copies.")
    question = "What is the salary of a team leader?"
    text, _ = answer(model, passages_prompt(render([passage], BOUNDARY), question))
    checked = cite(text, [passage], question=question, support=EmbeddingSupport(embedder), floor=0.55)
    assert {sentence.support for sentence in checked.sentences} & {Support.CITED, Support.ATTRIBUTED} == set(), text


def test_the_estimate_for_other_servers_is_never_below_the_real_count(model: ChatModel) -> None:
    for text in SAMPLES:
        messages = (Message(role="user", content=text * 3),)
        real = model.count_tokens(messages)
        assert tokens.at_least(messages) <= real <= tokens.at_most(messages) <= 3 * real, text


def test_a_follow_up_becomes_a_question_about_what_was_said_before(model: ChatModel) -> None:
    history = (Turn(question="What is the warranty of the X200 drill?", answer="The X200 drill has 24 months [2]."),)
    query = returned(Rewriter(model).rewrite(Question(text="What about the X300?", history=history)))
    # The model's rewrite, or the question beside a reading with words of the one before.
    understood = query.text if query.changed else query.also
    assert "X300" in understood
    assert "warranty" in understood.lower()


@pytest.mark.usefixtures("model")
def test_the_model_is_loaded_once_for_a_process(server: embedded_server.ChatServer) -> None:
    again = embedded_server.chat_server(server.model, context_tokens=CONTEXT_TOKENS)
    assert again is server


def test_auto_falls_back_to_the_embedded_model_and_says_so(data_dir: Path) -> None:
    built, notices = build_chat_model(backend="auto", data_dir=data_dir, **SETTINGS)  # type: ignore[arg-type]
    built.close()
    assert built.info.backend == "embedded"
    assert "The small embedded model Qwen2.5-Coder-0.5B-Instruct answers." in notices[0]
    assert "Ollama does not answer at http://127.0.0.1:9" in notices[0]


def test_an_embedded_model_of_another_name_is_refused(data_dir: Path) -> None:
    with pytest.raises(ModelError, match="has no model 'llama3'"):
        build_chat_model(backend="embedded", data_dir=data_dir, **(SETTINGS | {"model": "llama3"}))  # type: ignore[arg-type]


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot load"):
        embedded_server.chat_server(broken, context_tokens=512)


@pytest.mark.usefixtures("model")
def test_the_model_file_has_the_published_checksum_and_is_assembled_once(data_dir: Path) -> None:
    lines: list[str] = []
    file = embedded_server.chat_model_file(data_dir, lines.append)
    assert lines == []
    with file.open("rb") as content:
        assert hashlib.file_digest(content, "sha256").hexdigest() == embedded_server.MODEL_SHA256
    assert [path.name for path in file.parent.glob("*.gguf*")] == [file.name]


def test_a_damaged_wheel_leaves_no_model_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "part01.bin"
    part.write_bytes(b"not the model")
    monkeypatch.setattr(embedded_server, "_carried_file", lambda *_: part)
    with pytest.raises(ModelError, match="checksum is wrong"):
        embedded_server.chat_model_file(tmp_path)
    assert list((tmp_path / "models").iterdir()) == []


def test_missing_wheels_are_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: str) -> importlib.metadata.Distribution:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "distribution", none)
    assert not embedded_server.installed()
    with pytest.raises(ModelError, match="pip install"):
        build_chat_model(backend="auto", data_dir=tmp_path, **SETTINGS)  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["pass", "next(stream)", "raise SystemExit(0)"])
@pytest.mark.usefixtures("model")
def test_the_process_ends_quietly_whatever_the_model_is_doing(data_dir: Path, ending: str) -> None:
    settings = SETTINGS | {"backend": "embedded", "context_tokens": 512}
    program = f"""
from pathlib import Path
from app.core.domain import Message
from app.generate import build_chat_model
model, _ = build_chat_model(data_dir=Path({str(data_dir)!r}), **{settings!r})
stream = model.stream((Message(role="user", content="Write a long story."),))
next(piece for piece in stream if piece)
{ending}
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
