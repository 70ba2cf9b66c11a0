"""What is found while somebody types: exact runs, then near passages, then documents by name."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from app.core.domain import Context, ExactRank, Retrieved
from app.library import DocumentRow
from app.web.look import look, render_found
from app.web.parts import Services
from tests.support.builders import make_hit
from tests.support.diagnosis import missed as stored

STORED = stored(ExactRank(vector_rank=1, vector_distance=0.1, text_rank=1, text_score=1.0))


class _Corpus:
    def exact(self, _words: str, *, limit: int) -> Any:
        return ((STORED.document, STORED.chunk),)[:limit]

    def documents(self, *, name: str, limit: int) -> Any:
        row = DocumentRow(
            id=1, upload=False, collection="c", name=f"{name}.md", uri="", title="", media_type="", byte_count=1,
            part_kind=None, part_count=None, chunk_count=1, status="ready", error="", warnings=(),
            changed_at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        return (row,)[:limit]

    def search(self, _text: str) -> Retrieved:
        hits = (make_hit(1, "The same chunk."), make_hit(2, "<b>Other</b> words."))
        return Retrieved(context=Context(passages=(), hits=hits, tokens=0, token_budget=0), reranker="", scored=0)


@dataclass
class _Services:
    diagnosis: Any
    library: Any
    answerer: Any


SERVICES = cast(Services, _Services(_Corpus(), _Corpus(), _Corpus()))


def test_exact_runs_come_first_and_each_passage_once() -> None:
    found = look(SERVICES, "words")
    assert [(one.kind, one.expect) for one in found] == [
        ("these words", "chunk:1"), ("near", "chunk:2"), ("document", "words.md"),
    ]  # fmt: skip


def test_a_list_is_escaped_and_marks_the_words() -> None:
    html = render_found(look(SERVICES, "words"), "a1", 'words "<x>')
    assert "&lt;b&gt;Other&lt;/b&gt; <mark>words</mark>." in html
    assert 'data-text="words &quot;&lt;x&gt;"' in html


def test_nothing_is_looked_for_before_the_third_letter() -> None:
    assert look(SERVICES, " wo ") == ()
    assert render_found((), "a1", " wo ") == ""
