"""Each of the six faults, put into the sample documents, is named by the diagnosis; 200 cases: tests/quality."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.core.models.embedding import Embedder
from app.core.settings import Settings
from ingest.commands.files import SAMPLE
from tests.support.faults import FileQuestion, Workplace, faults_of, in_prompt, inject

# Less than the sample has, so that legs, fusion and packing have something to leave out.
TIGHT = {"candidates": 4, "leg_candidates": 12, "passages": 2}
CASES = (
    ("missing/deleted", "crew-handbook.md", "Where do horses travel?", "Horses are carried only on MV Selkie"),
    ("missing/unreadable", "crew-handbook.md", "Where do horses travel?", "Horses are carried only on MV Selkie"),
    ("split/middle", "crew-handbook.md", "Where do horses travel?", "Horses are carried only on MV Selkie, in their"),
    ("weight/text", "crew-handbook.md", "Who is Ingrid Sørbø?", "Owner: Ingrid Sørbø, head of crewing"),
    ("candidates/100", "crew-handbook.md", "What do people who arrive late have to do?",
     "Whoever is more than ten minutes late tells the duty mate by telephone"),
    ("reranker/inverted", "harbour-notice.eml", "On which VHF channel does the dredger listen?",
     "The dredger listens on VHF channel 12"),
    ("budget/tokens", "crew-handbook.md", "At what time does watch C begin?", "watch B at 13:00 and watch C at 21:00"),
)  # fmt: skip


@pytest.fixture
def workplace(
    database: Engine, embedder: Embedder, make_settings: Callable[..., Settings], tmp_path: Path
) -> Workplace:
    """The sample, ingested from a folder of its own."""
    workplace = Workplace(database, embedder, make_settings(**TIGHT), few=1)
    for path in sorted(SAMPLE.iterdir()):
        workplace.ingest(Path(shutil.copy(path, tmp_path)))
    workplace.finish()
    return workplace


def test_every_fault_is_named_for_what_it_is(workplace: Workplace, tmp_path: Path) -> None:
    for name, file, question, quote in CASES:
        item = FileQuestion(text=question, path=tmp_path / file, quote=quote)
        assert in_prompt(workplace.ask(question, workplace.settings), quote), f"{name}: lost without the fault"
        outcome = inject(workplace, item, faults_of(workplace, item)[name]())
        assert outcome is not None, f"{name}: the fault had no effect"
        assert outcome.right, f"{name}: {outcome.verdict}"
        assert outcome.helped is not False, f"{name}: the remedy does not help: {outcome.verdict.remedies}"
