"""The areas of the page as HTML: cards, candidates, status, conversation, documents and a passage in its place."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import gradio as gr
import pytest

from app.chats import Change, turns
from app.core.domain import (
    Answer,
    Context,
    Fate,
    ModelInfo,
    Outcome,
    Query,
    Sentence,
    Support,
    Usage,
)
from app.core.errors import NotFoundError
from app.core.progress import InWork, Progress
from app.library import DocumentRow
from app.present.problem import Problem
from app.web.candidates import trace
from app.web.cards import render_sources
from app.web.documents_tab import DocumentsTab
from app.web.documents_table import Listing, render_documents, render_progress
from app.web.parts import Documents
from app.web.pdf_pages import PdfPages
from app.web.problem import Message
from app.web.thread import plain_text, render_live, render_thread
from app.web.viewer import render_source
from app.web.welcome import render_welcome
from tests.support.builders import make_hit, make_passage

MODEL = ModelInfo(backend="ollama", name="qwen3:8b", context_tokens=4096, tokens_counted=True)
TEXT = "Boats are blue [1]. Oars are red."


def make_answer(**changes: Any) -> Answer:
    used = make_hit(1, "Boats are blue.", fate=Fate.IN_PROMPT, passage_number=1, cited=True)
    spare = make_hit(2, "Oars are red.", fate=Fate.IN_PROMPT, passage_number=2, title="<b>Two</b>")
    dropped = make_hit(3, "Swans.", fate=Fate.BELOW_FLOOR, fate_detail="relevance 0.10", logit=None, rerank_score=None)
    passages = (
        make_passage(1, "Boats are blue.", hits=(used,)),
        make_passage(2, "Oars are red.", hits=(spare,), title="<b>Two</b>", location="page 3"),
    )
    values: dict[str, Any] = {
        "id": "0000", "chat_id": None, "question": "What colour are boats?",
        "query": Query(text="What colour are boats?", changed=False, reason=""), "collection": None, "text": TEXT,
        "outcome": Outcome.ANSWERED,
        "sentences": (
            Sentence(text="Boats are blue [1].", start=0, end=19, support=Support.CITED, passages=(1,)),
            Sentence(text="Oars are red.", start=20, end=33, support=Support.UNSUPPORTED),
        ),
        "removed_markers": 1,
        "context": Context(passages=passages, hits=(used, spare, dropped), tokens=20, token_budget=900), "prompt": (),
        "model": MODEL,
        "usage": Usage(
            prompt_tokens=1024, sent_tokens=1020, answer_tokens=9, context_tokens=4096, finish_reason="stop",
            uncut="proven", proof="the server refuses longer prompts",
        ),
        "reranker": "tiny", "scored": 2, "notices": ("Only 2 of 3 were scored in time.",), "timings": {"sql": 0.5},
        "settings": {},
    }  # fmt: skip
    return Answer(**(values | changes))


def test_a_card_shows_whether_its_passage_is_cited() -> None:
    html = render_sources(make_answer())

    first, second = html.split("<article")[1:]
    assert '">cited</span>' in first
    assert '">not cited</span>' in second
    assert "&lt;b&gt;Two&lt;/b&gt;" in second
    assert "Open page" in second
    assert "the first 2 reranked" in html


def test_a_passage_of_a_web_page_links_to_the_page() -> None:
    context = make_answer().context
    address = "https://example.org/boats?a=1&b=2"
    hits = tuple(replace(hit, source_uri=address) for hit in context.hits)
    passages = tuple(replace(passage, hits=hits[:1]) for passage in context.passages)

    first = render_sources(make_answer(context=replace(context, passages=passages, hits=hits))).split("<article")[1]

    assert '<a href="https://example.org/boats?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">' in first
    assert "<a " not in render_sources(make_answer())


def test_an_attributed_passage_is_marked_so_unless_the_model_cited_it_too() -> None:
    both = (
        Sentence(text="a", start=0, end=1, support=Support.CITED, passages=(1,)),
        Sentence(text="b", start=1, end=2, support=Support.ATTRIBUTED, passages=(1, 2)),
    )

    first, second = render_sources(make_answer(sentences=both)).split("<article")[1:]

    assert '">cited</span>' in first
    assert '">closest passage</span>' in second


def test_the_nearest_misses_are_cards_when_nothing_was_used() -> None:
    answer = make_answer()
    hits = tuple(replace(hit, passage_number=None, fate=Fate.BELOW_FLOOR) for hit in answer.context.hits)
    nothing = replace(answer.context, passages=(), hits=hits)

    html = render_sources(make_answer(outcome=Outcome.NOT_FOUND, context=nothing, sentences=()))

    assert html.count('">not used</span>') == 3
    assert "These came nearest" in html


def test_every_candidate_is_in_the_table_with_its_fate() -> None:
    table = render_sources(make_answer()).split('class="fm-candidates"')[1]

    assert table.count('<tr class="kept">') == 2
    assert table.count('<tr class="dropped">') == 1
    assert "dropped: below the relevance floor<small>relevance 0.10</small>" in table


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fused_rank": 4, "vector_rank": 7, "text_rank": 3, "final_rank": 1, "logit": 2.314},
         "vector 7 · text 3 · fused 4 → reranked <b>1</b> · logit 2.31"),
        ({"fused_rank": 2, "vector_rank": 2, "text_rank": None, "final_rank": 2, "logit": None},
         "vector 2 · text – · fused 2 → kept at 2"),
    ],
)  # fmt: skip
def test_the_trace_lists_the_ranks_of_a_candidate(changes: Mapping[str, Any], expected: str) -> None:
    assert trace(make_hit(9, **changes)) == expected


def test_an_exchange_shows_how_it_ended_and_reasons_for_doubt() -> None:
    assert "1 of 2 sentences has no source (dotted line)." in render_thread([make_answer()])
    assert "1 marker without a passage removed" in render_thread([make_answer()])
    gone = Change(document_id=1, name="<oars>.md", gone=True, changed_at=None)
    changed = render_thread([make_answer()], {make_answer().id: [gone]})
    assert "&lt;oars&gt;.md was deleted since" in changed
    assert changed.count('data-act="retry"') == render_thread([make_answer()]).count('data-act="retry"') + 1
    assert "Stopped before the end." in render_thread([make_answer(outcome=Outcome.STOPPED)])
    failed = render_thread([make_answer(outcome=Outcome.FAILED, error="Ollama <gone>.", text="", sentences=())])
    assert "Ollama &lt;gone&gt;." in failed
    rewritten = Query(text="colour of oars", changed=True, reason="it pointed back")
    assert "searched for: <q>colour of oars</q>" in render_thread([make_answer(query=rewritten)])


def test_not_found_names_what_was_searched() -> None:
    unread = Context(passages=(), hits=(), tokens=0, token_budget=0)

    assert "the best of 3 passages do not answer this" in render_thread([make_answer(outcome=Outcome.NOT_FOUND)])
    assert "nothing was found to read" in render_thread([make_answer(outcome=Outcome.NOT_FOUND, context=unread)])


def test_a_message_shows_results_then_problems_with_their_fix() -> None:
    html = Message(lines=("1 file <stored>.",), problems=(Problem("big.pdf is too large.", "Raise the <limit>."),)).html

    assert '<p class="fm-message" role="status">1 file &lt;stored&gt;.</p>' in html
    assert 'role="alert">big.pdf is too large.<span class="fm-fix"><b>fix:</b> Raise the &lt;limit&gt;.</span>' in html
    assert Message().html == ""


PROGRESS: dict[str, Any] = {
    "queued": 1204, "retrying": 3, "running": 1, "workers": 2, "documents": 9, "ready": 7, "empty": 1, "failed": 1,
    "done_last_minute": 37, "seconds_left": 1953.0, "mean_seconds": {}, "failures": (), "slowest": (),
    "in_work": (InWork(name="/a/<b>.pdf", collection="c", since=None, attempts=0),),
}  # fmt: skip


class EmptyLibrary:
    """A library without documents, with so many jobs that wait."""

    max_file_mib = 100

    def __init__(self, queued: int) -> None:
        self._queued = queued

    def progress(self) -> Progress:
        return Progress(**(PROGRESS | {"queued": self._queued, "running": 0}))

    def counts(self) -> Mapping[str, int]:
        return {}

    def documents(self, **_options: object) -> tuple[DocumentRow, ...]:
        return ()


@pytest.mark.parametrize(
    ("message", "queued", "disappears"),
    [
        (Message(lines=("1 file is stored.",)), 0, True),
        (Message(lines=("1 file is stored.",)), 1, False),
        (Message(problems=(Problem("big.pdf is too large."),)), 0, False),
        (None, 0, False),
    ],
)
def test_only_problems_of_an_upload_stay_shown_once_no_job_waits(
    message: Message | None, queued: int, disappears: bool
) -> None:
    with gr.Blocks():
        tab = DocumentsTab(cast(Documents, EmptyLibrary(queued)), "default", lambda _document_id: 0)

    assert (Message() in tab._refresh("", ("", False), message).values()) is disappears


def test_feedback_given_is_pressed_and_pressing_it_again_takes_it_back() -> None:
    html = render_thread([make_answer(feedback=1)])

    assert 'title="Good answer" data-value="0" aria-pressed="true"' in html
    assert 'title="Bad answer" data-value="-1" aria-pressed="false"' in html


def test_the_clipboard_gets_the_answer_with_its_sources() -> None:
    verdict = "[1 of 2 sentences has no source (dotted line).]"
    assert plain_text(make_answer()) == f"{verdict}\n\n{TEXT}\n\n[1] Document 1 · Document 1 › Section"


def test_the_exchange_in_progress_names_its_stage() -> None:
    assert "Putting the best passages first…" in render_live("q", stage="rerank")
    assert "fm-working" not in render_live("q", stage="generate", text="It")


def test_history_for_the_rewriter_leaves_out_failures_and_the_repeated_question() -> None:
    past = [
        make_answer(id="1", question="one"),
        make_answer(id="2", question="two", outcome=Outcome.FAILED),
        make_answer(id="3", question="three"),
    ]

    assert [turn.question for turn in turns(past)] == ["one", "three"]
    assert [turn.question for turn in turns(past, before="3")] == ["one"]
    given_again = [past[0], make_answer(id="5", question="three, edited", versions=("3", "5"))]
    assert [turn.question for turn in turns(given_again, before="3")] == ["one"]


def test_an_answer_with_versions_says_which_one_is_shown_and_offers_the_others() -> None:
    html = render_thread([make_answer(id="b", versions=("a", "b", "c"))])
    assert "<span>2 of 3</span>" in html
    assert 'data-act="version" data-answer="a" data-n="Previous"' in html
    assert 'data-act="version" data-answer="c" data-n="Next"' in html
    last = render_thread([make_answer(id="b", versions=("a", "b"))])
    assert 'data-answer="" data-n="Next" aria-label="Next version" title="Next version" aria-disabled="true"' in last
    assert "fm-versions" not in render_thread([make_answer(id="b", versions=("b",))])


def test_the_first_screen_counts_documents_or_explains_how_to_add_some() -> None:
    assert "1 document in <b>club</b>" in render_welcome({"club": 1, "attic": 0}, ["<i>?"])
    assert 'data-question="&lt;i&gt;?"' in render_welcome({"club": 1}, ["<i>?"])
    assert "5 documents in 2 collections" in render_welcome({"a": 2, "b": 3}, [])
    assert "python -m ingest PATH" in render_welcome({}, ["never shown"])
    assert "never shown" not in render_welcome({}, ["never shown"])


def test_a_failed_document_shows_its_error_and_deleting_takes_two_steps() -> None:
    row = DocumentRow(
        id=7, upload=False, collection="club", name="a<b>\u202e.pdf", uri="/a.pdf", title="", media_type="",
        byte_count=2048, part_kind=None, part_count=None, chunk_count=0, status="failed",
        error="It is <locked>.", warnings=("w",),
        changed_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip

    html = render_documents([row])

    assert "a&lt;b&gt;.pdf" in html
    assert "It is &lt;locked&gt;." in html
    assert html.index('data-act="confirm"') < html.index('data-act="remove" data-id="7" data-upload="0"')


def test_the_queue_is_shown_while_jobs_wait() -> None:
    html = render_progress(Progress(**PROGRESS))
    assert "1,204 queued (3 to retry) · 1 being read · 37 done in the last minute · about 33 min left" in html
    assert "/a/&lt;b&gt;.pdf" in html
    assert render_progress(Progress(**(PROGRESS | {"queued": 0, "running": 0}))) == ""


def test_equal_names_show_their_paths_and_states_are_counted() -> None:
    def row(identifier: int, uri: str, status: str) -> DocumentRow:
        return DocumentRow(
            id=identifier, upload=False, collection="club", name=uri.rsplit("/", 1)[1], uri=uri, title="",
            media_type="", byte_count=1, part_kind=None, part_count=None, chunk_count=1, status=status,
            error="", warnings=(),
            changed_at=datetime(2026, 11, 24, tzinfo=UTC),
        )  # fmt: skip

    html = render_documents([row(1, "/x/a.md", "ready"), row(2, "/y/a.md", "failed"), row(3, "/y/<b>.md", "ready")])
    assert "/x/a.md</span>" in html
    assert "/y/a.md</span>" in html
    assert "/y/&lt;b&gt;" not in html
    assert "3 documents: 2 ready, 1 failed" in html


def test_a_cut_list_explains_how_to_find_the_rest() -> None:
    row = DocumentRow(
        id=1, upload=False, collection="club", name="a.md", uri="/x/a.md", title="", media_type="", byte_count=1,
        part_kind=None, part_count=None, chunk_count=1, status="ready", error="", warnings=(),
        changed_at=datetime(2026, 11, 24, tzinfo=UTC), timings={"load": 0.5, "embed": 1.25},
    )  # fmt: skip
    html = render_documents([row], Listing(total=20_000))
    assert "1 of 20,000 documents listed (1 ready); type part of a name" in html
    assert 'title="load 0.50 s, embed 1.25 s"' in render_documents([row])
    assert "No document has “&lt;x&gt;”" in render_documents([], Listing(name="<x>"))


class Shelf:
    """A library of one text document that may have changed or gone."""

    def __init__(self, text: str | None) -> None:
        self._text = text

    def text(self, _document_id: int) -> str:
        if self._text is None:
            raise NotFoundError("The document is no longer in the library.")
        return self._text

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the viewer must not use {name}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Boats are blue. <More>", '<mark class="fm-passage" tabindex="-1">Boats are blue.</mark> &lt;More&gt;'),
        (
            "New first line.\nBoats are blue.",
            'New first line.\n<mark class="fm-passage" tabindex="-1">Boats are blue.<',
        ),
        ("All is different.", "The document has changed since"),
        (None, "The document is no longer in the library."),
    ],
)
def test_a_passage_is_shown_in_its_document_or_as_it_was_kept(text: str | None, shown: str) -> None:
    hit = make_hit(1, "Boats are blue.", start_char=0, end_char=15, passage_number=1)
    context = Context(passages=(make_passage(1, hit.text, hits=(hit,)),), hits=(hit,), tokens=3, token_budget=9)

    html = render_source(make_answer(context=context), 1, Shelf(text), PdfPages())

    assert shown in html
    assert "Boats are blue." in html


def test_a_candidate_that_the_answer_does_not_have_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="no candidate 99"):
        render_source(make_answer(), 99, Shelf(""), PdfPages())


def test_words_that_were_added_to_a_question_are_a_chip_that_can_be_removed() -> None:
    query = Query(text="And C? (watch begin)", changed=True, reason="short", also="And C?", added=("watch", "begin"))
    html = render_thread([make_answer(id="7", query=query)])
    assert 'Also searched with: <span class="fm-added" dir="auto">watch begin<button' in html
    assert 'data-act="alone" data-answer="7"' in html
    alone = replace(query, text=query.also, also=query.text, changed=False)
    html = render_thread([make_answer(id="7", query=alone)])
    assert "watch begin</span> · the question as it stands fits better" in html
    assert 'data-act="alone"' not in html
    rewritten = Query(text="When does watch C begin?", changed=True, reason="a follow-up")
    assert "<q>When does watch C begin?</q><button" in render_thread([make_answer(id="7", query=rewritten)])
