"""What is stored about an answer comes back as it was, and outlives the documents."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from app.chats import Chats
from app.core.domain import (
    NO_FILTERS,
    Answer,
    Context,
    Fate,
    Filters,
    Message,
    ModelInfo,
    Outcome,
    Query,
    SectionChunk,
    Sentence,
    Support,
    Usage,
)
from app.core.errors import NotFoundError
from app.core.plan import ONE_SEARCH, Kind, Plan, Step
from app.ledger import Ledger
from tests.support.builders import make_answer, make_hit, make_passage

NEXT = SectionChunk(
    chunk_id=2, document_id=1, ordinal=1, heading="Document 1 › Section", start_char=100, end_char=120, part_kind=None,
    part_first=None, part_last=None, part_name="", text="What follows.",
)  # fmt: skip


def _answer(**changes: object) -> Answer:
    moment = datetime(2026, 2, 1, 12, tzinfo=UTC)
    hit = make_hit(
        1, fate=Fate.IN_PROMPT, passage_number=1, cited=True, name="old.md", dated=moment, reason="dated 2026"
    )
    dropped = make_hit(2, fate=Fate.NOT_SCORED, fate_detail="too late", logit=None, text_rank=4, text_score=0.25)
    answer = Answer(
        id=str(uuid.uuid4()),
        chat_id=None,
        question="When?",
        query=Query(text="When does the backup run?", changed=True, reason="a follow-up"),
        collection="default",
        text="At 02:30 [1].",
        outcome=Outcome.ANSWERED,
        sentences=(
            Sentence(text="At 02:30 [1].", start=0, end=13, support=Support.CITED, passages=(1,), score=0.9, doubt=""),
        ),
        removed_markers=2,
        context=Context(
            passages=(
                make_passage(
                    1, hit.text, hits=(hit,), location="page 3", source="file old.md, 2026-02-01", added=(NEXT,)
                ),
            ),
            hits=(hit, dropped),
            tokens=12,
            token_budget=900,
            fused_out=(
                make_hit(
                    3, fate=Fate.FUSED_OUT, fate_detail="fused rank 3", final_rank=None, logit=None, rerank_score=None
                ),
            ),
        ),
        prompt=(Message(role="system", content="Rules"), Message(role="user", content="Question")),
        model=ModelInfo(
            backend="ollama", name="qwen", context_tokens=4096, tokens_counted=False, options={"temperature": 0.0}
        ),
        usage=Usage(
            prompt_tokens=90, sent_tokens=95, answer_tokens=14, context_tokens=4096, finish_reason="stop",
            uncut="proven", proof="truncate was off",
        ),
        reranker="late interaction",
        scored=1,
        notices=("One thing is degraded.",),
        timings={"sql": 0.01, "rerank": 0.2},
        settings={"candidates": 50, "collection": None},
        filters=Filters(documents=(17,), path_prefix="/a/", since=datetime(2026, 1, 31, 12, tzinfo=UTC)),
    )  # fmt: skip
    return replace(answer, **changes)  # type: ignore[arg-type]


def test_an_answer_comes_back_as_it_was_stored(database: Engine) -> None:
    ledger, answer = Ledger(database), _answer()
    ledger.store(answer)
    loaded = ledger.load(answer.id)
    assert loaded.created_at is not None
    assert replace(loaded, created_at=None) == answer


def test_filters_of_an_answer_that_an_earlier_version_stored_are_read(database: Engine) -> None:
    ledger, answer = Ledger(database), _answer(filters=NO_FILTERS)
    ledger.store(answer)
    stored = {"candidates": 50, "filter_document_id": 17, "filter_since": "2026-01-31 12:00:00+00:00"}
    with database.begin() as connection:
        connection.execute(
            text("UPDATE answers SET settings = CAST(:settings AS jsonb) WHERE id = CAST(:id AS uuid)"),
            {"settings": json.dumps(stored), "id": answer.id},
        )
    loaded = ledger.load(answer.id)
    assert loaded.filters == Filters(documents=(17,), since=datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert loaded.settings == {"candidates": 50}


def test_passages_of_an_answer_that_an_earlier_version_stored_have_no_source(database: Engine) -> None:
    ledger, answer = Ledger(database), _answer()
    ledger.store(answer)
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE answers SET passages = (SELECT jsonb_agg(passage - 'source') "
                "FROM jsonb_array_elements(passages) AS passage) WHERE id = CAST(:id AS uuid)"
            ),
            {"id": answer.id},
        )
    assert [passage.source for passage in answer.context.passages] == ["file old.md, 2026-02-01"]
    assert [passage.source for passage in ledger.load(answer.id).context.passages] == [""]


def test_a_failed_answer_without_a_model_is_kept_too(database: Engine) -> None:
    ledger = Ledger(database)
    answer = _answer(model=None, usage=None, prompt=(), outcome=Outcome.FAILED, error="The server is gone.")
    ledger.store(answer)
    assert ledger.load(answer.id).error == "The server is gone."


def test_text_that_postgresql_cannot_hold_does_not_lose_the_answer(database: Engine) -> None:
    ledger, answer = Ledger(database), _answer(text="a\x00b\ud800c", question="x\x00?")
    ledger.store(answer)
    assert ledger.load(answer.id).text == "ab?c"


def test_a_candidate_that_cannot_be_stored_leaves_no_answer_behind(database: Engine) -> None:
    answer = _answer()
    twice = replace(answer.context, hits=(answer.context.hits[0], answer.context.hits[0]))
    with pytest.raises(Exception, match="pk_candidates"):
        Ledger(database).store(replace(answer, context=twice))
    with pytest.raises(NotFoundError):
        Ledger(database).load(answer.id)


def test_history_belongs_to_its_owner_and_starts_with_the_newest(database: Engine) -> None:
    ledger = Ledger(database)
    mine, hers = ledger.start_chat("Mine", owner="me"), ledger.start_chat("Hers", owner="her")
    first, second = _answer(chat_id=mine, question="First?"), _answer(chat_id=mine, question="Second?")
    for answer in (first, second, _answer(chat_id=hers)):
        ledger.store(answer)
    assert [line.question for line in ledger.history(owner="me")] == ["Second?", "First?"]
    assert [answer.id for answer in ledger.chat_answers(mine)] == [first.id, second.id]
    assert [chat.title for chat in Chats(database).page(owner="her")] == ["Hers"]
    assert ledger.history(owner="") == ()


def test_only_the_owner_deletes_a_chat(database: Engine) -> None:
    ledger = Ledger(database)
    chat = ledger.start_chat("Mine", owner="me")
    ledger.store(_answer(chat_id=chat))
    with pytest.raises(NotFoundError):
        Chats(database).delete(chat, owner="her")
    Chats(database).delete(chat, owner="me")
    assert ledger.chat_answers(chat) == ()


def test_an_answer_that_ends_after_its_chat_was_deleted_is_not_kept(database: Engine) -> None:
    ledger = Ledger(database)
    chat = ledger.start_chat("Mine")
    late = _answer(chat_id=chat)
    Chats(database).delete(chat)
    ledger.store(late)
    with pytest.raises(NotFoundError):
        ledger.load(late.id)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM candidates")) == 0


def test_feedback_is_kept(database: Engine) -> None:
    ledger, answer = Ledger(database), _answer()
    ledger.store(answer)
    ledger.give_feedback(answer.id, -1)
    assert ledger.load(answer.id).feedback == -1


@pytest.mark.parametrize("identifier", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_answer_is_said_in_one_line(database: Engine, identifier: str) -> None:
    with pytest.raises(NotFoundError, match="There is no answer"):
        Ledger(database).load(identifier)


def test_the_ledger_does_not_hang_on_documents(database: Engine) -> None:
    with database.connect() as connection:
        targets = connection.execute(
            text("SELECT confrelid::regclass::text FROM pg_constraint WHERE conrelid = 'candidates'::regclass "
                 "AND contype = 'f'")
        ).scalars()  # fmt: skip
        assert set(targets) == {"answers"}


def test_an_answer_is_found_by_the_beginning_of_its_id_or_as_the_last(database: Engine) -> None:
    ledger = Ledger(database)
    first = _answer(id="11111111-2222-4333-8444-555555555555")
    second = _answer(id="11111111-9999-4333-8444-555555555555")
    ledger.store(first)
    ledger.store(second)

    assert ledger.find("11111111-2") == first.id
    assert ledger.find("LAST") == second.id
    with pytest.raises(NotFoundError, match="More than one answer"):
        ledger.find("1111")
    for unknown in ("2222", "", "%"):
        with pytest.raises(NotFoundError, match="There is no answer"):
            ledger.find(unknown)


def test_the_views_tell_answers_candidates_and_losses_in_plain_columns(database: Engine) -> None:
    answer = _answer()
    Ledger(database).store(answer)
    with database.connect() as connection:
        row = connection.execute(text("SELECT * FROM ledger_answers")).mappings().one()
        rows = connection.execute(text("SELECT * FROM ledger_candidates ORDER BY final_rank")).mappings().all()
        losses = connection.execute(text("SELECT * FROM ledger_losses ORDER BY fate")).mappings().all()
    kept, dropped, left_out = rows

    assert (row["searched_for"], row["candidates"], row["in_prompt"], row["cited"]) == (answer.query.text, 3, 1, 1)
    assert (row["model"], row["prompt_tokens"], row["prompt_read_whole"]) == ("qwen", 90, "proven")
    assert (row["sql_seconds"], row["rerank_seconds"], row["generate_seconds"]) == (0.01, 0.2, None)
    assert (kept["fate"], kept["passage_number"], kept["combined_score"]) == ("cited", 1, 9.0)
    assert (dropped["fate"], dropped["text_rank"], dropped["logit"]) == (Fate.NOT_SCORED.value, 4, None)
    assert (left_out["fate"], left_out["vector_rank"], left_out["final_rank"]) == (Fate.FUSED_OUT.value, 3, None)
    assert [(loss["fate"], loss["candidates"], loss["best_fused_rank"]) for loss in losses] == [
        (Fate.FUSED_OUT.value, 1, 3),
        (Fate.NOT_SCORED.value, 1, 2),
    ]


def test_the_views_go_with_their_answer(database: Engine) -> None:
    ledger = Ledger(database)
    chat = ledger.start_chat("Mine")
    ledger.store(_answer(chat_id=chat))
    Chats(database).delete(chat)
    with database.connect() as connection:
        left = connection.execute(
            text("SELECT (SELECT count(*) FROM ledger_answers), (SELECT count(*) FROM ledger_candidates), "
                 "(SELECT count(*) FROM ledger_losses)")
        ).one()  # fmt: skip
    assert tuple(left) == (0, 0, 0)


def test_a_version_stands_in_the_place_of_the_first_and_the_shown_one_counts(database: Engine) -> None:
    ledger, chats = Ledger(database), Chats(database)
    chat = ledger.start_chat("Backups")
    first, other = _answer(chat_id=chat), _answer(chat_id=chat, question="Other?")
    second = _answer(chat_id=chat, question="When, and where?", replaces=first.id)
    third = _answer(chat_id=chat, question="Whence?", text="From there.", replaces=second.id)
    for answer in (first, other, second, third):
        ledger.store(answer)

    def shown() -> list[str]:
        return [answer.id for answer in ledger.chat_answers(chat)]

    assert shown() == [third.id, other.id]
    loaded = ledger.load(third.id)
    assert (loaded.version, loaded.versions, loaded.replaces) == (3, (first.id, second.id, third.id), first.id)
    assert [row.id for row in ledger.history()] == [third.id, other.id]
    assert ledger.find("last") == third.id
    assert [row.answer_id for row in chats.page(words="whence")] == [third.id]

    ledger.show_version(first.id)
    assert shown() == [first.id, other.id]
    assert ledger.load(first.id).version == 1
    assert chats.page(words="whence") == ()
    assert ledger.find("last") == other.id

    fourth = _answer(chat_id=chat, replaces=third.id)
    ledger.store(fourth)
    assert shown() == [fourth.id, other.id]
    assert ledger.load(fourth.id).version == 4
    with pytest.raises(NotFoundError):
        ledger.show_version(str(uuid.uuid4()))


def test_no_answer_of_another_chat_is_replaced(database: Engine) -> None:
    ledger = Ledger(database)
    mine, theirs = ledger.start_chat("mine"), ledger.start_chat("theirs")
    first = _answer(chat_id=theirs)
    ledger.store(first)
    second = _answer(chat_id=mine, replaces=first.id)
    ledger.store(second)
    assert [answer.id for answer in ledger.chat_answers(theirs)] == [first.id]
    assert ledger.load(second.id).versions == ()


def test_a_plan_and_the_step_that_found_a_candidate_come_back(database: Engine) -> None:
    plan = Plan(
        kind=Kind.COMPARE,
        reason="it compares 2 things",
        parts=("a", "b"),
        steps=(Step(name="part 1", text="a", found=3, used=1, seconds=0.25),),
    )
    hit = replace(make_hit(1, "A lease."), found_by="part 1, whole question")
    answer = make_answer(hits=[hit], plan=plan)
    ledger = Ledger(database)
    ledger.store(answer)
    loaded = ledger.load(answer.id)
    assert loaded.plan == plan
    assert loaded.context.hits[0].found_by == "part 1, whole question"


def test_an_answer_from_before_plans_had_one_search(database: Engine) -> None:
    answer = make_answer(hits=[make_hit(1, "A lease.")])
    Ledger(database).store(answer)
    with database.begin() as connection:
        connection.execute(text("UPDATE answers SET plan = DEFAULT"))
    assert Ledger(database).load(answer.id).plan == ONE_SEARCH
