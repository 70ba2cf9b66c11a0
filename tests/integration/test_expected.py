"""An expected passage means the same to every command: one parser, one finder, over a corpus of real documents."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from typer.testing import CliRunner

from app.cli import app
from app.core.errors import NotFoundError
from app.core.models.embedding import Embedder
from app.core.settings import load_settings
from app.quality.diagnosis import Diagnosis
from app.quality.evaluation.judge import ORDERS, Judge
from app.quality.evaluation.questions import EvaluationQuestion
from app.quality.expected.expectation import Expectation, parse
from app.quality.expected.feedback import golden_passage
from app.quality.expected.golden import Golden
from app.quality.expected.lines import read_lines
from app.quality.expected.locate import Locator
from tests.conftest import TEMPLATE
from tests.support.faults import COLLECTION, Workplace
from tests.support.pdf import make_pdf

QUESTION = "How long are backups kept?"
MANUAL = (
    ["Installation of the pump.", "The pump stands on four feet of rubber."],
    ["Maintenance of the pump.", "These are the old words of the manual."],
    ["Faults of the pump.", "A blocked filter stops the pump."],
)
HANDBOOK = "# Crew handbook\n\nThe watch changes at eight. Backups are kept for thirty days on the shore server.\n"
RELEASES = "# Releases\n\nERR_0x80070057 is gone since v2.13.0, which was published in May.\n"

# What a person types (CHUNK stands for the id of a stored chunk), and how it is read.
INPUTS = (
    ("chunk:CHUNK", Expectation(chunk_id=0)),
    ("backups", Expectation(quote="backups")),
    ('"backups"', Expectation(quote="backups")),
    ("manual.pdf", Expectation(document="manual.pdf")),
    ("manual.pdf:3", Expectation(document="manual.pdf", part=3)),
    ('manual.pdf:"old words"', Expectation(document="manual.pdf", quote="old words")),
    ("Crew handbook", Expectation(document="Crew handbook")),
    ("ERR_0x80070057", Expectation(quote="ERR_0x80070057")),
    ("v2.13.0", Expectation(quote="v2.13.0")),
)
NAMES = [name for name, _ in INPUTS]


@pytest.fixture(scope="module")
def workplace(
    server: Engine, embedder: Embedder, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workplace]:
    """A manual, a handbook and release notes, ingested from files."""
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE expected_passages TEMPLATE {TEMPLATE}"))
    engine = create_engine(server.url.set(database="expected_passages"))
    folder = tmp_path_factory.mktemp("documents")
    (folder / "manual.pdf").write_bytes(make_pdf(MANUAL))
    (folder / "handbook.md").write_text(HANDBOOK, "utf-8")
    (folder / "releases.md").write_text(RELEASES, "utf-8")
    workplace = Workplace(engine, embedder, load_settings(data_dir=data_dir))
    for path in sorted(folder.iterdir()):
        workplace.ingest(path)
    workplace.finish()
    yield workplace
    engine.dispose()


def filled_in(workplace: Workplace, typed: str, expectation: Expectation) -> tuple[str, Expectation]:
    """The input and its reading with the id of a real chunk."""
    if "CHUNK" not in typed:
        return typed, expectation
    (chunk_id,) = Locator(workplace.engine).locate(Expectation(quote="thirty days")).chunk_ids
    return typed.replace("CHUNK", str(chunk_id)), Expectation(chunk_id=chunk_id)


def diagnosis_of(workplace: Workplace) -> Diagnosis:
    return workplace.diagnosis(workplace.settings)


@pytest.mark.parametrize(("typed", "expectation"), INPUTS, ids=NAMES)
def test_every_command_reads_an_expected_passage_alike(
    workplace: Workplace, tmp_path: Path, typed: str, expectation: Expectation
) -> None:
    typed, expectation = filled_in(workplace, typed, expectation)
    locator = Locator(workplace.engine)
    assert parse(typed, locator.is_document) == expectation
    chunk_ids = locator.locate(expectation).chunk_ids
    assert chunk_ids

    added = golden_passage(typed, locator)  # golden add
    path = tmp_path / "golden.jsonl"
    path.write_text(json.dumps({"question": QUESTION, "expected": [typed]}) + "\n", "utf-8")
    (line,) = read_lines(path, lambda words, _: golden_passage(words, locator))  # golden import
    explained = diagnosis_of(workplace).golden_passage(typed)  # why --apply-to-golden, and the page
    assert line.expected == (added,)
    assert explained == added

    assert locator.locate(added).chunk_ids == chunk_ids
    judged = Judge(workplace.engine).judge(EvaluationQuestion(key="q", text=QUESTION, expected=(added,)))
    hits = workplace.ask(QUESTION, workplace.settings).context.hits
    assert {hit.chunk_id for hit in hits if judged.expects(hit)} == chunk_ids & {hit.chunk_id for hit in hits}
    assert judged.best_rank(hits, ORDERS["fused"]) is not None


def test_the_commands_locate_the_same_chunks_for_all_nine_inputs(
    workplace: Workplace, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", workplace.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FOREMOST_DATA_DIR", str(data_dir))
    runner, golden, locator = CliRunner(), Golden(workplace.engine), Locator(workplace.engine)
    for number, case in enumerate(INPUTS):
        typed, expectation = filled_in(workplace, *case)
        question = f"{QUESTION} ({number})"
        added = runner.invoke(app, ["golden", "add", question, "--expect", typed, "--collection", COLLECTION])
        assert added.exit_code == 0, added.output
        why = runner.invoke(
            app, ["why", question, "--expect", typed, "--no-model", "--json", "--collection", COLLECTION]
        )
        assert why.exit_code == 0, why.output
        verdict = json.loads(why.stdout)
        (kept,) = [item for item in golden.questions() if item.question == question]
        (passage,) = kept.expected
        assert verdict["expected"] == str(expectation)
        assert verdict["passage"]["chunk_id"] in locator.locate(passage).chunk_ids, typed
        assert locator.locate(passage).chunk_ids == locator.locate(expectation).chunk_ids, typed


def test_a_name_of_two_documents_means_either(workplace: Workplace, tmp_path: Path) -> None:
    twin = tmp_path / "handbook.md"
    twin.write_text("# Galley handbook\n\nCoffee is served at six.\n", "utf-8")
    workplace.ingest(twin)
    locator = Locator(workplace.engine)
    passage = golden_passage("handbook.md", locator)
    assert (passage.source_uri, passage.quote) == ("handbook.md", "")
    assert len(locator.locate(passage).documents) == 2
    with workplace.without(twin):
        assert golden_passage("handbook.md", locator).source_uri.endswith("/handbook.md")
        assert golden_passage("handbook.md", locator).source_uri != str(twin)


def test_a_document_named_by_its_title_counts_whichever_of_its_passages_is_found(workplace: Workplace) -> None:
    hits = workplace.ask("When does the watch change?", workplace.settings).context.hits
    question = EvaluationQuestion(
        key="q", text="", expected=(golden_passage("CREW handbook", Locator(workplace.engine)),)
    )
    judged = Judge(workplace.engine).judge(question)
    assert {hit.title for hit in hits if judged.expects(hit)} == {"Crew handbook"}


def test_words_on_a_named_page_are_expected_there_alone(workplace: Workplace, tmp_path: Path) -> None:
    path = tmp_path / "twice.pdf"
    padding = [f"Line {number} is about the bilge, the anchor and the paint of the hull." for number in range(30)]
    first, second = "The valve is opened by hand.", "Later the valve is opened by hand again."
    path.write_bytes(make_pdf([[first, *padding], [*padding, second]]))
    workplace.ingest(path)
    line = {"question": "Q?", "expected": [{"document": "twice.pdf", "page": 2, "quote": "valve is opened by hand"}]}
    file = tmp_path / "golden.jsonl"
    file.write_text(json.dumps(line), "utf-8")
    locator = Locator(workplace.engine)
    (read,) = read_lines(file, lambda words, _: golden_passage(words, locator))
    chunks = [chunk for _, chunk in locator.locate(read.expected[0]).whole]
    assert [chunk.part_first for chunk in chunks] == [2]


def test_a_chunk_that_never_was_is_refused(workplace: Workplace) -> None:
    with pytest.raises(NotFoundError, match="Search again"):
        golden_passage("chunk:999999", Locator(workplace.engine))


def test_the_expected_room_imports_no_model() -> None:
    modules = ("words", "expectation", "loss", "located", "golden", "locate", "lines", "feedback")
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(f'app.quality.expected.{{name}}')\n"
        "print([name for name in ('onnxruntime', 'torch', 'transformers', 'gradio', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
