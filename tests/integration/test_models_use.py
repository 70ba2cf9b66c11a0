"""`models use`: a reranker is compared on the golden questions and applied only when it is better."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine

from app.commands.models import better, use
from app.core.applied_settings import apply, load_overrides
from app.core.errors import ModelError, NotFoundError, SettingsError
from app.core.models.embedding import Embedder
from app.core.settings import load_settings
from app.quality.evaluation.compare import Comparison, Difference
from app.quality.expected.golden import Expected, Golden
from tests.support.corpus import store

PASSAGES = ("Roses are pruned in February.", "Slugs are kept away by sand.", "The fee is due on the first of March.")
Applied = Callable[[], dict[str, str]]


@pytest.fixture
def applied(database: Engine, embedder: Embedder, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Applied:
    """The applied settings of a database of three passages, which the commands use; `none` is applied there."""
    store(database, embedder, PASSAGES)
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FOREMOST_DATA_DIR", str(data_dir))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    apply(database, load_settings(), {"reranker": "none"}, reason="test")
    return lambda: {one.name: one.value for one in load_overrides(database)}


def test_a_reranker_that_is_not_better_is_not_applied(
    applied: Applied, database: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotFoundError, match="golden set is empty"):
        use("cross-encoder", if_better=True)
    expected = Expected(source_uri="/default/Notes-english.txt", quote="Roses are pruned")
    Golden(database).add("When are roses pruned?", [expected], source="typed")
    with pytest.raises(typer.Exit) as ended:
        use("cross-encoder", if_better=True)
    assert ended.value.exit_code == 1
    assert "none stays: cross-encoder is not better on these questions." in capsys.readouterr().out
    assert applied() == {"reranker": "none"}


def test_a_reranker_is_applied_when_told_so(applied: Applied) -> None:
    use("cross-encoder")
    assert applied() == {"reranker": "cross-encoder"}


def test_what_is_not_here_or_no_reranker_is_refused_with_the_command(applied: Applied) -> None:
    with pytest.raises(ModelError) as absent:
        use("no/such-model")
    assert "models pull no/such-model" in absent.value.fix
    with pytest.raises(SettingsError) as embedding:
        use("all-MiniLM-L6-v2")
    assert "ingest reembed --model all-MiniLM-L6-v2" in embedding.value.fix
    assert applied() == {"reranker": "none"}


@pytest.mark.parametrize(("after", "expected"), [(0.6, True), (0.5, False), (0.4, False)])
def test_better_is_a_higher_gate(after: float, expected: bool) -> None:
    change = Difference(measure="nDCG@10", before=0.5, after=after, p_worse=0.5, questions_better=1, questions_worse=1)
    compared = Comparison(
        before="now", after="new", shared=2, only_before=0, only_after=0, differences=(change,), gate="nDCG@10",
        alpha=0.02, lost=(), settings=(),
    )  # fmt: skip
    assert better(compared) is expected
