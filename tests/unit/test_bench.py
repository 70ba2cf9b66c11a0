"""What the bench computes: its made corpus, percentiles, recall, the legs of a plan."""

import threading

import numpy as np

from tests.bench.clients import concurrently
from tests.bench.corpus import BATCH, Corpus, embed_all, nearness
from tests.bench.legs import leg_seconds
from tests.bench.pool import Pool
from tests.bench.recall import mean_recall, recall
from tests.bench.tables import milliseconds, percentile
from tests.support.fake_embedder import FakeEmbedder

DOCUMENTS = tuple(
    tuple(f"Sentence {number} of document {document} is about harbours." for number in range(5))
    for document in range(8)
)
POOL = Pool(source="made up", documents=DOCUMENTS, questions=("Where are harbours?",))


def corpus() -> Corpus:
    embedder = FakeEmbedder(max_tokens=400)
    vectors = embed_all(embedder, [sentence for document in DOCUMENTS for sentence in document])
    return Corpus(POOL, vectors, embedder, real=20)


def test_the_same_rows_come_again_whatever_part_is_asked_for() -> None:
    whole = list(corpus().rows(0, BATCH + 50))
    part = list(corpus().rows(BATCH - 10, BATCH + 10))
    assert [len(rows.texts) for rows in whole] == [BATCH, 50]
    assert part[0].texts + part[1].texts == whole[0].texts[-10:] + whole[1].texts[:10]
    assert np.array_equal(part[1].vectors, whole[1].vectors[:10])


def test_every_row_is_made_of_whole_sentences_and_has_a_unit_vector() -> None:
    rows = next(corpus().rows(0, 100))
    known = {sentence for document in DOCUMENTS for sentence in document}
    assert all(sentence + "." in known for words in rows.texts for sentence in words[:-1].split(". "))
    assert np.allclose(np.linalg.norm(rows.vectors, axis=1), 1, atol=1e-5)
    assert all(count > 2 for count in rows.tokens)


def test_the_first_vectors_are_the_models_own() -> None:
    rows = next(corpus().rows(0, 20))
    assert np.allclose(rows.vectors, FakeEmbedder(max_tokens=400).embed(rows.texts), atol=1e-6)


def test_nearness_is_the_mean_cosine_to_the_nearest_others() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert nearness(vectors, neighbours=1) == np.float32(2 / 3)


def test_recall_counts_the_true_neighbours_that_were_found() -> None:
    assert recall([1, 2, 9], [1, 2, 3, 4]) == 0.5
    assert recall([], []) == 1.0
    assert mean_recall([[1], [2]], [[1], [3]]) == 0.5


def test_percentiles_are_values_that_were_measured() -> None:
    seconds = [number / 1000 for number in range(1, 101)]
    assert (percentile(seconds, 50), percentile(seconds, 95)) == (0.05, 0.095)
    assert milliseconds(seconds) == "50.0 / 95.0"


def test_a_leg_takes_what_its_part_of_the_plan_takes() -> None:
    nearest = {"Subplan Name": "CTE nearest", "Actual Total Time": 4.0, "Actual Loops": 1}
    scored = {"Subplan Name": "CTE scored", "Actual Total Time": 6.0, "Actual Loops": 1, "Plans": []}
    plan = {"Plan": {"Plans": [nearest, {"Plans": [scored]}]}}
    assert leg_seconds(plan) == {"vector leg": 0.004, "text leg": 0.006}


def test_all_clients_search_at_once_and_every_search_is_counted() -> None:
    together = threading.Barrier(3, timeout=10)
    calls: list[str] = []

    def search(question: str) -> None:
        together.wait()
        calls.append(question)

    seconds, rate = concurrently(search, ["a", "b"], clients=3, searches=9)
    assert len(seconds) == len(calls) == 9
    assert calls.count("a") == 5
    assert rate > 0
