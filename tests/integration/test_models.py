"""The real embedding model: built once, alike on both roads, and never cutting in silence."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.cite.meaning import EmbeddingSupport
from app.core.errors import ModelError
from app.core.models import find as models
from app.core.models.embedding import Embedder
from app.core.models.find import BUILT_IN, build_embedder, embedding_folder
from app.core.models.sentence_model import runs_as_onnx
from app.core.models.torch_embedder import TorchEmbedder
from tests.support.saturation import integer_products, saturating

TEXTS = [
    "To get lost data back, run the restore command.",
    "Soup.",
    "The committee decided, after a debate of several hours, to postpone the vote on the new harbour until the spring.",
]


@pytest.mark.usefixtures("embedder")
def test_serving_imports_neither_torch_nor_transformers(data_dir: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from app.core.models.find import build_embedder\n"
        "from app.rerank import build_reranker\n"
        "import app.retrieve, app.cite.meaning\n"
        f"embedder = build_embedder({BUILT_IN!r}, Path({str(data_dir)!r}))\n"
        f"build_reranker('auto', embedder, Path({str(data_dir)!r}), budget_ms=1)\n"
        "assert embedder.embed(['a text']).shape == (1, 384)\n"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_no_product_of_the_embedder_is_cut_off_on_any_cpu(embedder: Embedder, data_dir: Path) -> None:
    assert embedder.dimension == 384
    graph = data_dir / "models" / models.built_name(BUILT_IN, embedding_folder(BUILT_IN, data_dir)) / "model.onnx"
    assert integer_products(graph) >= 36
    assert saturating(graph) == []


def test_int8_vectors_agree_with_sentence_transformers(embedder: Embedder, tmp_path: Path) -> None:
    reference = TorchEmbedder(embedding_folder(BUILT_IN, tmp_path), name=BUILT_IN, device="cpu")
    agreement = np.sum(embedder.embed(TEXTS) * reference.embed(TEXTS), axis=1)
    assert agreement.min() > 0.98
    assert embedder.count_tokens(TEXTS) == reference.count_tokens(TEXTS)
    assert embedder.token_offsets(TEXTS[0]) == reference.token_offsets(TEXTS[0])
    assert (embedder.dimension, embedder.max_tokens) == (reference.dimension, reference.max_tokens) == (384, 256)
    query, cut = reference.embed_query(TEXTS[0])
    assert float(query @ embedder.embed_query(TEXTS[0])[0]) > 0.98
    assert not cut
    one, other = embedder.token_vectors(TEXTS[:1])[0], reference.token_vectors(TEXTS[:1])[0]
    assert one.shape == other.shape
    assert np.mean(np.sum(one * other, axis=1)) > 0.97


def test_vectors_have_unit_length_and_keep_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = [TEXTS[number % 3] for number in range(70)]  # several batches, sorted by length inside
    vectors = embedder.embed(texts)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(70), abs=1e-5)
    alone = np.stack([embedder.embed([text])[0] for text in texts[:3]])
    assert np.array_equal(np.argmax(vectors @ alone.T, axis=1), np.arange(70) % 3)
    assert embedder.embed([]).shape == (0, 384)


def test_a_text_longer_than_the_model_reads_is_refused_and_shown(embedder: Embedder) -> None:
    fits, too_long = "word " * 254, "word " * 255
    assert embedder.count_tokens([fits, too_long]) == [256, 257]
    embedder.embed([fits])
    with pytest.raises(ModelError, match=r"257 tokens.*reads 256.*word word"):
        embedder.embed(["short", too_long])


def test_a_long_question_is_read_in_part_and_says_so(embedder: Embedder) -> None:
    vector, cut = embedder.embed_query("word " * 400)
    assert cut
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert not embedder.embed_query("word " * 254)[1]
    assert len(embedder.token_vectors(["word " * 400])[0]) == 256


def test_token_offsets_are_spans_of_the_text(embedder: Embedder) -> None:
    text = "Ünïcödé naïve 東京 🦜 v2.13.0"
    spans = embedder.token_offsets(text)
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert "".join(text[start:end] for start, end in spans) == text.replace(" ", "")


def test_builders_that_start_together_build_once_over_what_a_killed_one_left(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(embedding_folder(BUILT_IN, tmp_path), folder)
    target = tmp_path / "models" / models.built_name("model", folder)
    left = target.with_name(f".building-{target.name}")
    left.mkdir(parents=True)
    (left / "model.onnx").write_bytes(b"half")
    reports: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        built = list(pool.map(lambda _: build_embedder(str(folder), tmp_path, report=reports.append), range(2)))
    assert len(reports) == 1
    assert {embedder.name for embedder in built} == {f"model-{models.fingerprint(folder)}"}
    assert [path for path in target.parent.iterdir() if path.is_dir()] == [target]
    assert (target / "model.onnx").stat().st_size > 20_000_000


def test_a_stored_name_outlives_new_ways_of_exporting(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "model.safetensors").write_bytes(bytes(100_000))
    assert models.model_name(str(folder), folder) == "model-2c7a34ac"  # as corpora of version 0.1.0 are stored with it
    assert models.built_name("model", folder) != "model-2c7a34ac"


def test_other_weights_make_another_name(tmp_path: Path) -> None:
    folders = [tmp_path / "one" / "model", tmp_path / "two" / "model"]
    for number, folder in enumerate(folders):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(bytes([number]) * 1000)
    names = {models.model_name(str(folder), folder) for folder in folders}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("model", "problem"),
    [("no/such-model", r"no/such-model is neither a folder nor.*all-MiniLM-L6-v2"), (".", r"config\.json is missing")],
)
def test_a_model_that_is_not_there_is_named_in_one_line(
    model: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=problem) as caught:
        build_embedder(model, tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_exported_is_said_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(embedding_folder(BUILT_IN, tmp_path), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    with pytest.raises(ModelError, match=r"broken cannot be exported \(.*safetensors.*\)") as caught:
        build_embedder(str(folder), tmp_path)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "models").glob("broken*/"))


@pytest.mark.usefixtures("embedder")
def test_a_damaged_model_file_is_named_with_its_cure(data_dir: Path, tmp_path: Path) -> None:
    name = models.built_name(BUILT_IN, embedding_folder(BUILT_IN, tmp_path))
    shutil.copytree(data_dir / "models" / name, tmp_path / "models" / name)
    (tmp_path / "models" / name / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"model\.onnx cannot be loaded.*Delete the folder"):
        build_embedder(BUILT_IN, tmp_path)


def test_the_built_in_model_takes_the_onnx_road_and_one_of_another_architecture_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(embedding_folder(BUILT_IN, tmp_path), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    assert runs_as_onnx(folder)
    (folder / "config.json").write_text('{"model_type": "xlm-roberta"}')
    assert not runs_as_onnx(folder)


def test_support_finds_the_sentence_that_says_it(embedder: Embedder) -> None:
    support = EmbeddingSupport(embedder)
    passages = [
        "The club was founded in 1921. The boathouse opens at six in the morning. Fees are due in March.",
        "Soup is served on Mondays. There is fish on Fridays.",
        "",
    ]
    matrix = support(
        ["You can enter the boathouse from six o'clock in the morning.", "On Monday you get soup."], passages
    )
    assert matrix.shape == (2, 3)
    assert matrix.min() >= 0
    assert matrix.max() <= 1
    assert matrix[0, 0] > 0.7 > 0.4 > matrix[0, 1]
    assert matrix[1, 1] > 0.6 > 0.4 > matrix[1, 0]
    assert matrix[:, 2].tolist() == [0, 0]


def test_support_of_nothing_and_of_endless_sentences(embedder: Embedder) -> None:
    support = EmbeddingSupport(embedder)
    assert support([], ["a"]).shape == (0, 1)
    assert support(["a"], []).shape == (1, 0)
    assert support(["word " * 900], ["word " * 900])[0, 0] == pytest.approx(1, abs=0.01)
